//! The values of the language, their order, and their text as JSON.
