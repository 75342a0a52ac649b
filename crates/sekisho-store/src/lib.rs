//! Results that last.
