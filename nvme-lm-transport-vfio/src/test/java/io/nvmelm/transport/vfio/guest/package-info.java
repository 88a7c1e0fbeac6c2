/// Tests against a real kernel, tagged `guest`: they need root and the devices that the guest's `init` sets up, and run
/// only there (`mvn verify -Pguest`).
package io.nvmelm.transport.vfio.guest;
