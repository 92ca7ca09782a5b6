//! Moving bytes: plan, copy, verify, manifest, resume. Knows no plugin and no network.
