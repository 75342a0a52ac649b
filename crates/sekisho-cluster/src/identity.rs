//! Whom requests are made as.

/// Whom a request is made as, instead of the user that the credentials are of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// The user; none: the credentials' own.
    pub user: Option<String>,
    /// The user's identifier.
    pub uid: Option<String>,
    /// The user's groups.
    pub groups: Vec<String>,
    /// What else is known of the user, by key; a key may come more than once.
    pub extra: Vec<(String, String)>,
}

impl Identity {
    /// The headers that say so.
    pub(crate) fn headers(&self) -> Vec<(String, String)> {
        let Some(user) = &self.user else { return Vec::new() };
        let mut headers = vec![("impersonate-user".to_owned(), user.clone())];
        headers.extend(self.uid.iter().map(|uid| ("impersonate-uid".to_owned(), uid.clone())));
        headers.extend(self.groups.iter().map(|group| ("impersonate-group".to_owned(), group.clone())));
        headers.extend(self.extra.iter().map(|(key, value)| {
            let key = percent_encoding::utf8_percent_encode(key, percent_encoding::NON_ALPHANUMERIC);
            (format!("impersonate-extra-{key}"), value.clone())
        }));
        headers
    }
}
