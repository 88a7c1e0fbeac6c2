/// The migration state machine of the kernel's VFIO interface (`linux/vfio.h`, `enum vfio_device_mig_state`) as
/// immutable tables: which arc comes next, the whole plan from one state to another, and what to do after a failure.
/// Pure values; nothing here calls a device.
package io.nvmelm.core.fsm;
