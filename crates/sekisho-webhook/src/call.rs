//! A call that newer policies are there, as hosts of repositories make it: `POST /bundle` with the token that both know.

use std::fmt;

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http_body_util::BodyExt as _;
use hyper::body::Body;
use hyper::header::AUTHORIZATION;
use hyper::{Method, Request, StatusCode};
use sha2::{Digest as _, Sha256};

/// What is done when the source of policies is said to have changed.
pub struct Call {
    token: String,
    wake: Box<dyn Fn() + Send + Sync>,
}

/// The largest body that is read; hosts of repositories describe what was pushed.
const LARGEST: usize = 32 << 20;

impl Call {
    /// For whoever knows the token: as `Authorization: Bearer`, as GitLab's `X-Gitlab-Token`, or as the secret of
    /// GitHub's `X-Hub-Signature-256`.
    pub fn new(token: String, wake: impl Fn() + Send + Sync + 'static) -> Self {
        Self { token, wake: Box::new(wake) }
    }

    /// Answers a call: what it says is not read, only who says it.
    pub(crate) async fn answer<B: Body + Unpin>(&self, request: Request<B>) -> StatusCode {
        if request.method() != Method::POST {
            return StatusCode::METHOD_NOT_ALLOWED;
        }
        let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
        let bearer = header(AUTHORIZATION.as_str()).and_then(|value| value.strip_prefix("Bearer "));
        let signature = header("x-hub-signature-256").and_then(|value| value.strip_prefix("sha256="));
        let signature = signature.and_then(|value| HEXLOWER.decode(value.as_bytes()).ok());
        let known = [bearer, header("x-gitlab-token")].into_iter().flatten().any(|given| self.knows(given));
        let known = match signature {
            _ if known => true,
            Some(signature) => self.signed(request.into_body(), &signature).await,
            None => false,
        };
        if !known {
            return StatusCode::UNAUTHORIZED;
        }
        (self.wake)();
        StatusCode::ACCEPTED
    }

    /// Digests are compared, so that the time that it takes says nothing of the token.
    fn knows(&self, given: &str) -> bool {
        Sha256::digest(given.as_bytes()) == Sha256::digest(self.token.as_bytes())
    }

    async fn signed<B: Body + Unpin>(&self, mut body: B, signature: &[u8]) -> bool {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.token.as_bytes()) else { return false };
        let mut left = LARGEST;
        while let Some(frame) = body.frame().await {
            let Ok(frame) = frame else { return false };
            let Ok(data) = frame.into_data() else { continue };
            let mut data = data;
            while hyper::body::Buf::has_remaining(&data) {
                let part = hyper::body::Buf::chunk(&data);
                let length = part.len();
                let Some(rest) = left.checked_sub(length) else { return false };
                left = rest;
                mac.update(part);
                hyper::body::Buf::advance(&mut data, length);
            }
        }
        mac.verify_slice(signature).is_ok()
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").finish_non_exhaustive()
    }
}
