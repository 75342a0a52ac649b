//! A thread with a stack deep enough for the recursion that budgets allow.

/// Room for parsing and evaluating at the depth that [`super::Budget`] allows by default, several times over.
const STACK: usize = 512 << 20;

/// Does work on a thread with a deep stack. Parsing and rendering of templates belong here: within their
/// budgets they do not overflow it, while they may overflow the stack of any thread.
///
/// # Errors
/// Where the system gives no such thread.
pub fn on_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> std::io::Result<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work)?;
        match thread.join() {
            Ok(value) => Ok(value),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}
