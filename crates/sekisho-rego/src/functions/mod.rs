//! The built-in functions and the list of them.
