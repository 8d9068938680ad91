/** Style sheets as Vite gives them to TypeScript: a module's class names, or nothing for a plain sheet. */
declare module '*.module.css' {
  const classes: Readonly<Record<string, string>>;
  export default classes;
}
declare module '*.css' {}
