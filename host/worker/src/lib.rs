//! Bringing a worker up: SSH, the agent's upload, the link, and the client of the agent's requests.
