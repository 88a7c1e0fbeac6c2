package io.nvmelm.core.device;

import io.nvmelm.CommandFailedException;
import io.nvmelm.ControllerManifest;
import io.nvmelm.ControllerRegisters;
import io.nvmelm.DeviceIdentity;
import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
import io.nvmelm.InvalidValueException;
import io.nvmelm.MigrationRole;
import io.nvmelm.MigrationUnsupportedException;
import io.nvmelm.PreflightFinding;
import io.nvmelm.PreflightFinding.Severity;
import io.nvmelm.PreflightReason;
import io.nvmelm.TransferOptions;
import io.nvmelm.core.controller.ControllingController;
import io.nvmelm.core.controller.StateSource;
import io.nvmelm.core.controller.StateTarget;
import io.nvmelm.core.controller.VendorFunction;
import io.nvmelm.nvme.StateFormat;
import io.nvmelm.nvme.StatusCode;
import java.util.List;
import java.util.Optional;

/// The vendor specific commands that were proposed for Linux in December 2022: query of the size (C4h), suspend (C8h), resume (CCh), save
/// (D2h) and load (D5h), sent to the controller of the physical function. Some devices have them in place of the standard's.
///
/// **Choose this only for a device whose maker says that it has these commands.** Opcodes C0h to FFh are each vendor's own, and so is
/// the byte of Identify Controller that announces them (3072): on another vendor's device they may do anything, format it included. The
/// library never chooses this set by itself.
///
/// The state is one block without a known format: its content is not looked at, its size is bounded by
/// [TransferOptions#maximumStateBytes()], and one command has to be able to move all of it. There is no format to agree upon, so it is
/// the embedder's matter that both devices are of one kind. Nothing is tracked. No command says whether a function is suspended, so only
/// what was done through this object is known: a function that somebody else suspended opens as running, and a suspension that was not
/// answered in time and takes effect later is not noticed.
public final class VendorCommandSet implements MigrationCommandSet {

    /// What is known of the function.
    private enum Condition {
        RUNNING, SUSPENDED,
        /// A command was not answered, or the function was reset: nobody said whether that ends a suspension.
        UNKNOWN
    }

    private final VendorFunction function;
    private Condition condition = Condition.RUNNING;

    private VendorCommandSet(VendorFunction function) {
        this.function = function;
    }

    /// Migrates a virtual function by these commands.
    ///
    /// @param controlling controller of the physical function
    /// @param vfNumber    number of the virtual function from 1, as in the Secondary Controller List: one more than its number in PCI,
    ///                    and the index that the commands carry
    /// @return the commands for this function; whether it exists is seen at the first of them
    /// @throws MigrationUnsupportedException when the controller does not announce the commands (byte 3072 of Identify Controller is 0)
    /// @throws InvalidValueException         when the number is none
    public static VendorCommandSet open(ControllingController controlling, int vfNumber) {
        return new VendorCommandSet(controlling.vendorFunction(vfNumber));
    }

    @Override
    public DeviceIdentity identity() {
        return new DeviceIdentity(function.name(), Optional.empty());
    }

    /// Empty: the one format has no name.
    @Override
    public List<StateFormat> formats() {
        return List.of();
    }

    @Override
    public void selectFormat(StateFormat format) {
        throw new InvalidValueException("format", format.toString(), "none: the state has one format without a name");
    }

    @Override
    public void announce() {
        function.prepareBuffer(estimatedStateBytes());
    }

    /// Suspends the function, unless it is known to be suspended: whether a device takes that twice is not known.
    @Override
    public void suspend() {
        if (condition != Condition.SUSPENDED) {
            change(function::suspend, Condition.SUSPENDED);
        }
    }

    /// Resumes the function. Where it is not known whether it is suspended, a refusal that [says so][#saysNotSuspended] means that it
    /// runs.
    @Override
    public void resume() {
        boolean mayRun = condition == Condition.UNKNOWN;
        try {
            change(function::resume, Condition.RUNNING);
        } catch (CommandFailedException e) {
            if (mayRun && saysNotSuspended(e)) {
                condition = Condition.RUNNING;
            }
            throw e;
        }
    }

    /// Invalid Field in Command, or Command Sequence Error; any other refusal says nothing more than was known before.
    @Override
    public boolean saysNotSuspended(CommandFailedException refusal) {
        return refusal.status().is(StatusCode.INVALID_FIELD_IN_COMMAND)
                || refusal.status().is(StatusCode.COMMAND_SEQUENCE_ERROR);
    }

    private void change(Runnable command, Condition after) {
        var before = condition;
        condition = Condition.UNKNOWN;
        try {
            command.run();
            condition = after;
        } catch (CommandFailedException e) {
            condition = before;
            throw e;
        }
    }

    /// {@return whether the function is suspended, or may be} Known from what was done here alone, since no command tells. Does not
    /// block.
    @Override
    public boolean isSuspended() {
        return condition != Condition.RUNNING;
    }

    @Override
    public long estimatedStateBytes() {
        return function.stateBytes();
    }

    @Override
    public StateSource openSource() {
        requireSuspended();
        return function.openSource();
    }

    @Override
    public StateTarget openTarget() {
        requireSuspended();
        return function.openTarget();
    }

    private void requireSuspended() {
        if (condition != Condition.SUSPENDED) {
            throw new DeviceStateException(
                    DeviceState.STOP, "the function is not known to be suspended", "Reset the device and start again");
        }
    }

    /// Does nothing: a state is loaded by one command, and a reset of the function ends what a command left that was not answered.
    @Override
    public void discardPartialState() {}

    @Override
    public void functionWasReset() {
        if (condition == Condition.SUSPENDED) {
            condition = Condition.UNKNOWN;
        }
    }

    @Override
    public Optional<ControllerManifest> manifest(Optional<ControllerRegisters> registers) {
        return function.manifest(registers);
    }

    @Override
    public long maximumStateBytes() {
        return function.maximumStateBytes();
    }

    @Override
    public List<PreflightFinding> preflight(MigrationRole role) {
        var findings = new FindingList(function.name(), role);
        findings.ask(PreflightReason.STATE_SIZE, "size of the state", Severity.BLOCKER, this::estimatedStateBytes);
        findings.add(
                Severity.NOTE,
                PreflightReason.UNKNOWN,
                "format of the state",
                "not named by the vendor specific commands of 2022",
                "the same at both ends",
                "See to it that both devices are of one kind and firmware");
        return findings.toList();
    }

    @Override
    public void close() {
        function.close();
    }
}
