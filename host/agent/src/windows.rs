//! What the agent is on Windows.
