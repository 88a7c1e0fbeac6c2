package io.nvmelm.transport.mock;

import io.nvmelm.nvme.NvmeStatus;
import io.nvmelm.nvme.SequenceIndicator;
import io.nvmelm.nvme.StatusCode;

/// The places where the standard is silent, contradicts itself or is misprinted, and what this model does there. One
/// constant or method for each; the code asks here instead of deciding.
///
/// Decided by structure rather than by a value:
///
/// - *Who ends a suspension.* One clause names a reset of the controlling controller, another that of the suspended
///   one; both do.
/// - *Suspend Notification* (STYPE 0) changes nothing, whatever state the controller is in, and its DUDMQ bit is
///   ignored.
/// - *A state received in part* survives a reset of the controller it is for, and is lost with a reset of the
///   controlling one.
/// - *A reset of a primary controller takes its secondary controllers offline* in the standard. Not here without
///   Virtualization Management: nobody could bring them back.
/// - *An offline controller* has CSTS.CFS set; the standard leaves its other properties undefined, here they read as 0
///   and writes are lost. Going offline and every change of its resources reset it; going online does not, so a state
///   that was set while it was offline is there when it is online.
/// - *Flexible resources after power on* belong to nobody; the standard leaves to the implementation how many of them
///   the primary controller has. A number allocated to it takes effect with a reset that is more than CC.EN.
/// - *A reserved resource type* is an invalid field like every reserved value, and also where the action of
///   Virtualization Management uses no resource type. More than a secondary controller can have is an Invalid Number
///   of Controller Resources; more than is free is an Invalid Resource Identifier.
/// - *Slot 0 Phase Tag with the tail at 0* is the phase that slot 0 still holds, the inverse of the next one.
/// - *Vendor specific data on a controller that runs*: they replace its admin queues, so they are taken only while it
///   is suspended.
/// - *A refused Set Controller State*: one that is refused for its fields changes nothing, so an open sequence stays as
///   it was; one that is refused for the content of a complete state ends its sequence.
/// - *A completion queue without room* cannot hold up a suspension: a command is fetched only with a slot reserved for
///   its completion, and an Asynchronous Event Request gives its slot back while it is outstanding.
final class UncertainReadings {
    /// A controller identifier that is unknown, or the controlling controller's own, in Suspend, Resume, Get and Set
    /// Controller State. No sentence names a status; the status tables of the commands list this one.
    static final StatusCode UNFIT_CONTROLLER = StatusCode.INVALID_CONTROLLER_IDENTIFIER;

    /// A state with more queues than the controller can create. The status is listed for Migration Send without a
    /// condition.
    static final StatusCode TOO_MANY_QUEUES = StatusCode.NOT_ENOUGH_RESOURCES;

    /// A state that is longer than what the controlling controller can hold until it is complete.
    static final StatusCode STATE_TOO_LONG = StatusCode.NOT_ENOUGH_RESOURCES;

    /// Answer to a Suspend that waits while its controller is reset. The controller had stopped everything for a
    /// moment, then the reset ended the suspension: the same as a reset right after the answer.
    static final NvmeStatus SUSPEND_ENDED_BY_RESET = NvmeStatus.SUCCESS;

    private UncertainReadings() {}

    /// {@return whether a command of Set Controller State makes the state effective} The text names only 10b; 11b
    /// carries the whole state and there is no other moment for it.
    static boolean commits(SequenceIndicator sequence) {
        return sequence.isLast();
    }

    /// {@return whether a command of Set Controller State needs an open sequence} The condition is printed garbled; 11b
    /// is legal at any time and replaces an open sequence, as 01b does.
    static boolean needsOpenSequence(SequenceIndicator sequence) {
        return !sequence.isFirst();
    }

    /// {@return whether a controller may be given a state} As printed: suspended, *or* enabled, *or* offline. A
    /// controller that is just being suspended is none of them.
    static boolean maySetState(InMemoryController target) {
        var suspension = target.suspension();
        return suspension.isSuspended()
                || (suspension.isActive() && (target.registers().isEnabled() || !target.online()));
    }

    /// {@return whether an offset into a state is refused} "Greater than the size" literally: the size itself is
    /// accepted and moves nothing. Both are unsigned.
    static boolean isBeyond(long byteOffset, long stateBytes) {
        return Long.compareUnsigned(byteOffset, stateBytes) > 0;
    }

    /// {@return whether a later command of a sequence may name other format indices than the first} Silent; not here.
    static boolean mayChangeFormat() {
        return false;
    }
}
