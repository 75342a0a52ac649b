//! A request as policies see it: with what several of them work out of it, worked out once.

use std::any::{Any, TypeId};
use std::cell::RefCell;
use std::fmt;
use std::ops::Deref;
use std::rc::Rc;

use crate::request::Request;

/// A request, and the forms in which the languages look at it.
pub struct Asked<'a> {
    request: &'a Request,
    views: RefCell<Vec<(TypeId, Rc<dyn Any>)>>,
}

impl<'a> Asked<'a> {
    /// Of a request, with nothing worked out yet.
    pub fn new(request: &'a Request) -> Self {
        Self { request, views: RefCell::default() }
    }

    /// The request.
    pub fn request(&self) -> &'a Request {
        self.request
    }

    /// The request in the form of a language; made when it is first asked for.
    pub fn view<T: 'static>(&self, make: impl FnOnce(&'a Request) -> T) -> Rc<T> {
        let id = TypeId::of::<T>();
        let known =
            self.views.borrow().iter().find(|(known, _)| *known == id).map(|(_, view)| Rc::clone(view));
        if let Some(view) = known.and_then(|view| view.downcast().ok()) {
            return view;
        }
        let view = Rc::new(make(self.request));
        self.views.borrow_mut().push((id, Rc::clone(&view) as Rc<dyn Any>));
        view
    }
}

impl Deref for Asked<'_> {
    type Target = Request;

    fn deref(&self) -> &Request {
        self.request
    }
}

impl fmt::Debug for Asked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Asked").field(self.request).finish()
    }
}
