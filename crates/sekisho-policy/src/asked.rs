//! A request as policies see it: with what several of them work out of it, worked out once.

use std::ops::Deref;
use std::sync::Arc;

use crate::request::Request;
use crate::views::Views;

/// A request, and the forms in which the languages look at it.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    request: &'a Request,
    views: &'a Views,
}

impl<'a> Asked<'a> {
    /// Of a request and the forms of it that are known; of this request alone.
    pub fn new(request: &'a Request, views: &'a Views) -> Self {
        Self { request, views }
    }

    /// The request.
    pub fn request(&self) -> &'a Request {
        self.request
    }

    /// The request in the form of a language; made when it is first asked for.
    pub fn view<T: Send + Sync + 'static>(&self, make: impl FnOnce(&'a Request) -> T) -> Arc<T> {
        self.views.get(|| make(self.request))
    }
}

impl Deref for Asked<'_> {
    type Target = Request;

    fn deref(&self) -> &Request {
        self.request
    }
}
