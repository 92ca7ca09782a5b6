//! Reads machines from raw and qcow2 image files.
