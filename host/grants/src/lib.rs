//! The capabilities that the host lends, one module per WIT interface, and the one function that says yes or no.
