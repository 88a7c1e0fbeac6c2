package io.nvmelm.transport.mock;

import io.nvmelm.InvalidValueException;
import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.nvme.NvmeStatus;
import io.nvmelm.nvme.StatusCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Faults of the controlling controller, written down before they happen.
///
/// ```java
/// subsystem.faults().on(AdminOpcode.MIGRATION_RECEIVE).nth(3).timesOut();
/// subsystem.faults().on(AdminOpcode.MIGRATION_SEND).onSelect(ResumeCommand.SELECT).always()
///         .failsWith(StatusCode.INTERNAL_ERROR);
/// ```
/// A line counts the commands that match it from the moment it was written. Where several lines hit the same command
/// the oldest decides. Thread-safe.
public final class FaultScript {
    private static final int ANY_SELECT = -1;
    private static final int ALWAYS = 0;

    private final VirtualClock clock;
    private final List<Line> lines = new ArrayList<>();

    FaultScript(VirtualClock clock) {
        this.clock = clock;
    }

    /// {@return the start of a line about commands with this opcode}
    ///
    /// @param opcode opcode of the commands
    public Commands on(AdminOpcode opcode) {
        return new Commands(opcode, ANY_SELECT);
    }

    /// Strikes out every line.
    public void clear() {
        clock.enter();
        try {
            lines.clear();
        } finally {
            clock.exit();
        }
    }

    /// {@return what the script has for a command that arrives now, and counts it} Only under the lock of the world.
    @Nullable
    Fault faultFor(int opcode, int cdw10) {
        Fault found = null;
        for (int i = 0; i < lines.size(); i++) {
            var line = lines.get(i);
            if (line.matches(opcode, cdw10 & 0xFF) && line.hits() && found == null) {
                found = line.fault;
            }
        }
        return found;
    }

    private FaultScript add(Line line) {
        clock.enter();
        try {
            lines.add(line);
        } finally {
            clock.exit();
        }
        return this;
    }

    /// The commands that a line is about.
    public final class Commands {
        private final AdminOpcode opcode;
        private final int select;

        private Commands(AdminOpcode opcode, int select) {
            this.opcode = opcode;
            this.select = select;
        }

        /// {@return the same, but only commands with this Select value (SEL, CDW10 7:0; of Identify the structure,
        /// CNS)}
        ///
        /// @param value 0 to 255
        /// @throws InvalidValueException when the value is out of that range
        public Commands onSelect(int value) {
            if (value < 0 || value > 0xFF) {
                throw new InvalidValueException("select", Integer.toString(value), "0 to 255");
            }
            return new Commands(opcode, value);
        }

        /// {@return only the so many-th of these commands from now on}
        ///
        /// @param occurrence place from 1
        /// @throws InvalidValueException when it is less than 1
        public Occurrence nth(int occurrence) {
            if (occurrence < 1) {
                throw new InvalidValueException("occurrence", Integer.toString(occurrence), "1 or more");
            }
            return new Occurrence(opcode, select, occurrence);
        }

        /// {@return every one of these commands}
        public Occurrence always() {
            return new Occurrence(opcode, select, ALWAYS);
        }
    }

    /// What happens to the chosen commands; each method ends a line and returns the script.
    public final class Occurrence {
        private final AdminOpcode opcode;
        private final int select;
        private final int occurrence;

        private Occurrence(AdminOpcode opcode, int select, int occurrence) {
            this.opcode = opcode;
            this.select = select;
            this.occurrence = occurrence;
        }

        /// The controller neither executes nor answers it.
        ///
        /// @return the script
        public FaultScript timesOut() {
            return happens(Fault.Kind.TIMES_OUT, NvmeStatus.SUCCESS, 0);
        }

        /// The controller executes it, but the answer never arrives.
        ///
        /// @return the script
        public FaultScript losesCompletion() {
            return happens(Fault.Kind.LOSES_COMPLETION, NvmeStatus.SUCCESS, 0);
        }

        /// The controller executes and answers it later than usual; past its timeout it still writes into its memory
        /// then.
        ///
        /// @param by how much later, 0 to 365 days
        /// @return the script
        /// @throws InvalidValueException when the time is out of that range
        public FaultScript completesLate(Duration by) {
            if (by.isNegative() || by.compareTo(Duration.ofDays(365)) > 0) {
                throw new InvalidValueException("by", by.toString(), "0 to 365 days");
            }
            return happens(Fault.Kind.LATE, NvmeStatus.SUCCESS, by.toNanos());
        }

        /// The controller answers it with an error and does not execute it.
        ///
        /// @param code the error
        /// @return the script
        /// @throws InvalidValueException when the code is that of success
        public FaultScript failsWith(StatusCode code) {
            if (code == StatusCode.SUCCESSFUL_COMPLETION) {
                throw new InvalidValueException("code", code.name(), "an error");
            }
            return happens(Fault.Kind.FAILS, DeviceStatus.of(code), 0);
        }

        /// The transport fails before the controller gets it. On the way through registers and queues, where no
        /// transport of this module is involved, it is like [#timesOut()].
        ///
        /// @return the script
        public FaultScript transportError() {
            return happens(Fault.Kind.TRANSPORT_ERROR, NvmeStatus.SUCCESS, 0);
        }

        private FaultScript happens(Fault.Kind kind, NvmeStatus status, long delayNanos) {
            return add(new Line(opcode.value(), select, occurrence, new Fault(kind, status, delayNanos)));
        }
    }

    /// One line and how often it matched.
    private static final class Line {
        private final int opcode;
        private final int select;
        private final int occurrence;
        private final Fault fault;
        private int seen;

        Line(int opcode, int select, int occurrence, Fault fault) {
            this.opcode = opcode;
            this.select = select;
            this.occurrence = occurrence;
            this.fault = fault;
        }

        boolean matches(int commandOpcode, int commandSelect) {
            return opcode == commandOpcode && (select == ANY_SELECT || select == commandSelect);
        }

        boolean hits() {
            seen++;
            return occurrence == ALWAYS || seen == occurrence;
        }
    }
}
