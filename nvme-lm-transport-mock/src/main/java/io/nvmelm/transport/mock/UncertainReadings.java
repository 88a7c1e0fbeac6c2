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
/// - *Enabling a controller that has queues of a state.* A Controller Reset deletes queues, so there are none when CC.EN
///   goes from 0 to 1, unless a state brought them while the controller was disabled; the standard leaves to the
///   implementation what enabling a suspended controller does. Here it initializes the controller, which has no I/O
///   queues afterwards: a host sets AQA, ASQ, ACQ and CC first and the state behind.
/// - *Vendor specific data on a controller that runs*: they replace its admin queues, so they are taken only while it
///   is suspended.
/// - *A state for a controller with a fatal status* is taken, and the status stays: only a reset ends it.
/// - *A refused Set Controller State*: one that is refused for its fields changes nothing, so an open sequence stays as
///   it was; one that is refused for the content of a complete state ends its sequence.
/// - *Ranges of memory to be tracked* may overlap; what is written there is reported once. A range of no units is an
///   Invalid Field, like no range at all. Stopping where nothing is tracked succeeds.
/// - *The hints of a refused start of memory tracking*: MRTG is the smallest granularity that the device has resources
///   for; NMRTD is 0 where the granularity that was asked for is smaller than that.
/// - *A controller that is just being suspended* counts as suspended for Track Send and Sanitize.
/// - *Track Receive* with fewer bytes than its header has is an Invalid Field, for a controller that is tracked.
/// - *Memory that is tracked while another memory is attached* stays tracked by its addresses.
/// - *Sanitize and Format NVM* change the media by the controller that processed the command, so they are logged for
///   that one alone; a sanitize operation changes them when it is over. While a namespace is sanitized, formatting it
///   or sanitizing the subsystem is Sanitize Namespace In Progress.
/// - *What is checked before a sanitize operation refuses a command*: that the controller has the command and its
///   operation (SEL); Sanitize and Format NVM check all fields before the condition of namespaces.
/// - *The vendor specific commands of 2022* have no statuses of their own. Suspending a suspended controller succeeds;
///   a save does not disable the controller; a state that is empty or longer than a command may move is an Invalid
///   Field.
/// - *A Controller Data Queue of no size* is an Invalid Field, like one with more pages than MCDQPC. One of a single
///   slot exists and can hold nothing.
/// - *The head of a data queue* may be set to its tail, which literally is no slot with an entry; nothing could be
///   emptied otherwise.
/// - *Events of a data queue that were not reported* are over when it is deleted.
/// - *The first entry* after a start or a resume is a marker, posted at once, unless it would take the last slot: then
///   the first change is the first entry. Where entries are merged it always is.
/// - *The entry that fills a data queue* carries "full" and its range, see [DeviceVariant#FULL_ENTRY_WITHOUT_RANGE].
///   Where a marker took the last slot, a further change stops logging with the event, and the entry "full" follows
///   when a slot is free.
/// - *A marker without a slot* follows as soon as one is free; of several the newest does. It does not when the newest
///   entry says "full", or the one that is owed does: the host knows then that changes were lost. DUDMQ deletes the
///   queue without it.
/// - *A reset of the controlling controller* posts nothing into the queues that it deletes, not even what is late.
/// - *A start in a full data queue* succeeds, see [DeviceVariant#START_REFUSED_WHEN_FULL].
/// - *The tail pointer event* happens when the slot that the trigger names gets an entry, not when the tail arrives
///   there, see [DeviceVariant#TAIL_EVENT_ONE_SLOT_EARLY].
/// - *Stop while nothing is logged* succeeds; while the controller is suspended it is refused as printed, see
///   [DeviceVariant#STOP_WHILE_SUSPENDED_SUCCEEDS].
/// - *A suspend entry* is posted only while changes are logged, and before a deletion by DUDMQ, see
///   [DeviceVariant#SUSPEND_ENTRY_WITHOUT_LOGGING]. A repeated Suspend posts none, see
///   [DeviceVariant#REPEATED_SUSPEND_POSTS_AGAIN], but deletes, see [DeviceVariant#REPEATED_SUSPEND_KEEPS_QUEUE].
/// - *A reset of a migratable controller* leaves its data queue and logging; if it was suspended, the next entry is the
///   first one. A Suspend that it ended is answered with success, so DUDMQ deletes.
/// - *A transport that is closed* takes the data queues in its memory with it; an owner of the function would reset the
///   controller.
/// - *Deallocation* ends what Write Uncorrectable did to a block, as a write does.
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

    /// Track Receive for a controller that is not tracked. The status table lists this one alone, explained by the
    /// words of another command.
    static final StatusCode NOT_TRACKED = StatusCode.INVALID_CONTROLLER_IDENTIFIER;

    /// A vendor specific command of 2022 with the number of a virtual function that does not exist.
    static final StatusCode UNKNOWN_VIRTUAL_FUNCTION = StatusCode.INVALID_FIELD_IN_COMMAND;

    /// A vendor specific command of 2022 that saves, loads or resumes the state of a controller that runs.
    static final StatusCode RUNS_WITH_VENDOR_COMMANDS = StatusCode.COMMAND_SEQUENCE_ERROR;

    /// A load of bytes that are not a state of this device, as a whole and unchanged.
    static final StatusCode FOREIGN_VENDOR_BLOCK = StatusCode.INVALID_FIELD_IN_COMMAND;

    /// Ring memory of a Controller Data Queue, or the PRP list that names it, that is not there. Memory of a controller
    /// is an Invalid Field; so is what is no memory at all.
    static final StatusCode RING_OUT_OF_REACH = StatusCode.INVALID_FIELD_IN_COMMAND;

    private UncertainReadings() {}

    /// {@return how many memory ranges a Controller Data Queue takes} Not defined: one where it is contiguous, else one
    /// for each entry of its PRP list.
    static long memoryRanges(boolean contiguous, long pages) {
        return contiguous ? 1 : pages;
    }

    /// {@return the answer to one queue too many} Two sections contradict each other; the more specific one names this
    /// status.
    static StatusCode tooManyDataQueues(SubsystemConfiguration configuration) {
        return configuration.has(DeviceVariant.QUEUE_LIMIT_IS_INVALID_FIELD)
                ? StatusCode.INVALID_FIELD_IN_COMMAND
                : StatusCode.NOT_ENOUGH_RESOURCES;
    }

    /// {@return the answer to a controller identifier that is unknown, or the controlling controller's own, in any
    /// command}
    ///
    /// @param configuration what the device was built with
    static StatusCode unknownController(SubsystemConfiguration configuration) {
        return configuration.has(DeviceVariant.UNKNOWN_CONTROLLER_IS_INVALID_FIELD)
                ? StatusCode.INVALID_FIELD_IN_COMMAND
                : UNFIT_CONTROLLER;
    }

    /// {@return whether a report is refused} A report of no range says that nothing changed, so there is none to give
    /// where no range has room and there are some.
    static boolean isRefusedReport(boolean changed, long bytesForRanges) {
        return changed && bytesForRanges < MemoryTrackingCommands.REPORT_DESCRIPTOR_BYTES;
    }

    /// {@return whether tracking of so many memory ranges is refused} No sentence forbids none; there is nothing to
    /// watch then.
    static boolean isRefusedRangeCount(long count) {
        return count == 0;
    }

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
