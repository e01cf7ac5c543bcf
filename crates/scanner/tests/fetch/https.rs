//! Feeds by HTTPS.
