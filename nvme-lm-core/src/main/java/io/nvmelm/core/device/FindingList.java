package io.nvmelm.core.device;

import io.nvmelm.CapabilityMissingException;
import io.nvmelm.ControllerRegisters;
import io.nvmelm.DeviceState;
import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.MigrationRole;
import io.nvmelm.PreflightFinding;
import io.nvmelm.PreflightFinding.Severity;
import io.nvmelm.PreflightReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// What a preflight of one device finds, in the order of its questions. A question that fails becomes a finding.
final class FindingList {
    private final List<PreflightFinding> findings = new ArrayList<>();
    private final String device;
    private final MigrationRole role;

    FindingList(String device, MigrationRole role) {
        this.device = device;
        this.role = role;
    }

    void add(
            Severity severity,
            PreflightReason reason,
            String field,
            String found,
            String required,
            String remedy) {
        findings.add(new PreflightFinding(severity, reason, role, device, field, found, required, remedy));
    }

    void addAll(List<PreflightFinding> others) {
        findings.addAll(others);
    }

    /// Asks a question. A value out of its bound is a finding of the given reason, any other failure one that is unknown.
    ///
    /// @param reason   what a value out of its bound means
    /// @param field    what is asked for
    /// @param severity of both
    /// @return the answer; empty when there was none
    <T> Optional<T> ask(PreflightReason reason, String field, Severity severity, Supplier<T> question) {
        try {
            return Optional.of(question.get());
        } catch (InvalidValueException e) {
            add(severity, reason, e.field(), e.value(), e.bound(), e.remedy());
        } catch (CapabilityMissingException e) {
            add(severity, reason, field, "not possible: " + e.getMessage(), "possible", e.remedy());
        } catch (LiveMigrationException e) {
            add(severity, PreflightReason.UNKNOWN, field, "not known: " + e.getMessage(), "an answer", e.remedy());
        }
        return Optional.empty();
    }

    void closed() {
        add(
                Severity.BLOCKER,
                PreflightReason.DEVICE_CONDITION,
                "device",
                "closed",
                "open",
                "Open it again");
    }

    /// Both sides begin with a device that runs.
    void condition(DeviceState state) {
        if (state != DeviceState.RUNNING) {
            add(
                    Severity.BLOCKER,
                    PreflightReason.DEVICE_CONDITION,
                    "device state",
                    state.toString(),
                    "RUNNING",
                    state == DeviceState.ERROR
                            ? "Reset the device"
                            : "Find out who stopped it, then resume it, or reset it when no guest uses it");
        }
    }

    /// @param hasFunction whether somebody owns the function
    void registers(boolean hasFunction, Supplier<Optional<ControllerRegisters>> reading) {
        if (!hasFunction) {
            add(
                    Severity.NOTE,
                    PreflightReason.UNKNOWN,
                    "properties (CAP, VS, CC, CSTS)",
                    "not known: the device was opened without its function",
                    "readable, to compare queue sizes and pages",
                    "Give the device its ControlledFunction; without it nobody resets it either");
            return;
        }
        var answer = ask(
                PreflightReason.UNKNOWN, "properties (CAP, VS, CC, CSTS)", Severity.WARNING, reading);
        if (answer.isEmpty()) {
            return;
        }
        var registers = answer.get();
        if (registers.isEmpty()) {
            add(
                    Severity.NOTE,
                    PreflightReason.UNKNOWN,
                    "properties (CAP, VS, CC, CSTS)",
                    "not readable now",
                    "readable, to compare queue sizes and pages",
                    "Let its ControlledFunction answer registers(), while access is not blocked");
        } else if (!registers.get().isPresent()) {
            add(
                    Severity.BLOCKER,
                    PreflightReason.DEVICE_CONDITION,
                    "CSTS",
                    "FFFFFFFFh: the function does not answer",
                    "readable",
                    "See whether the function is there, powered and its memory enabled");
        } else if (registers.get().isFatal()) {
            add(
                    Severity.BLOCKER,
                    PreflightReason.DEVICE_CONDITION,
                    "CSTS.CFS",
                    "1: the controller has failed",
                    "0",
                    role == MigrationRole.DESTINATION
                            ? "Reset the device"
                            : "The guest has to reset its controller; there is nothing to migrate");
        }
    }

    List<PreflightFinding> toList() {
        return List.copyOf(findings);
    }
}
