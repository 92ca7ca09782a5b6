//! The small static program on a worker: writes disks, mounts the guest's system, serves its root.
