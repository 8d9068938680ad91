/**
 * A grid of rows for screen readers where a table cannot be: rows come and go while one scrolls. The grid as a whole has
 * the keyboard and names the row of its cursor (`aria-activedescendant`), so rows and cells are not focused themselves.
 */
import type { ComponentProps } from 'react';

const grid = { role: 'grid', tabIndex: 0 } as const;
const row = { role: 'row' } as const;
const cell = { role: 'gridcell' } as const;

export const Grid = (props: ComponentProps<'div'>) => <div {...grid} {...props} />;
export const GridRow = (props: ComponentProps<'div'>) => <div {...row} {...props} />;
export const GridCell = (props: ComponentProps<'div'>) => <div {...cell} {...props} />;
