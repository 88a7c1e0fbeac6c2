package io.nvmelm.core.stream;

import io.nvmelm.MigrationRole;
import io.nvmelm.PreflightFinding;
import io.nvmelm.PreflightFinding.Severity;
import io.nvmelm.PreflightReason;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The payload of [RecordType#REFUSE]: fields of tag 1, one for each finding, and of tag 2, how many findings were left out.
final class FindingFields {
    private static final int FINDING = 1;
    private static final int LEFT_OUT = 2;

    private static final int SEVERITY = 1;
    private static final int REASON = 2;
    private static final int SIDE = 3;
    private static final int DEVICE = 4;
    private static final int REMEDY = 8;

    private static final int MOST_TEXT_BYTES = 1024;
    private static final int LEFT_OUT_BYTES = FieldWriter.HEADER_BYTES + Integer.BYTES;
    /// Larger than any finding, whose texts are cut.
    private static final int MOST_FINDING_BYTES = 8192;

    private FindingFields() {}

    static ByteBuffer encode(List<PreflightFinding> findings) {
        int most = RecordType.REFUSE.mostPayload();
        var out = new FieldWriter(most + MOST_FINDING_BYTES);
        int written = 0;
        for (var finding : findings) {
            int before = out.byteSize();
            out.nested(FINDING, fields -> encode(fields, finding));
            if (out.byteSize() > most - LEFT_OUT_BYTES) {
                out.cut(before);
                break;
            }
            written++;
        }
        if (written < findings.size()) {
            out.unsigned32(LEFT_OUT, findings.size() - written);
        }
        return out.finish();
    }

    private static void encode(FieldWriter out, PreflightFinding finding) {
        out.unsigned8(SEVERITY, switch (finding.severity()) {
            case BLOCKER -> 1;
            case WARNING -> 2;
            case NOTE -> 3;
        });
        out.unsigned16(REASON, number(finding.reason()));
        out.unsigned8(SIDE, switch (finding.side()) {
            case SOURCE -> 1;
            case DESTINATION -> 2;
        });
        int tag = DEVICE;
        for (var text : List.of(
                finding.device(), finding.field(), finding.found(), finding.required(), finding.remedy())) {
            byte[] bytes = Texts.cut(text, MOST_TEXT_BYTES);
            out.value(tag++, bytes.length, value -> value.put(bytes));
        }
    }

    /// The number of a reason in the stream.
    private static int number(PreflightReason reason) {
        return switch (reason) {
            case UNKNOWN -> 0;
            case MIGRATION_UNSUPPORTED -> 1;
            case NO_COMMON_FORMAT -> 2;
            case DEVICE_MISMATCH -> 3;
            case P2P_MISSING -> 4;
            case IDENTITY_DIFFERS -> 5;
            case CAPABILITIES_DIFFER -> 6;
            case QUEUE_LIMIT -> 7;
            case VECTOR_LIMIT -> 8;
            case TRANSFER_LIMIT -> 9;
            case STATE_SIZE -> 10;
            case NAMESPACE_MISSING -> 11;
            case NAMESPACE_DIFFERS -> 12;
            case FEATURE_DIFFERS -> 13;
            case DEVICE_CONDITION -> 14;
            case PART_NOT_CARRIED -> 15;
            case TRANSPORT_LIMIT -> 16;
            case PERMISSION -> 17;
            case RESOURCES -> 18;
            case BLACKOUT_BUDGET -> 19;
            case STREAM_VERSION -> 20;
        };
    }

    private static PreflightReason reason(int number) {
        for (var reason : PreflightReason.values()) {
            if (number(reason) == number) {
                return reason;
            }
        }
        return PreflightReason.UNKNOWN;
    }

    static List<PreflightFinding> decode(FieldReader in) {
        var findings = new ArrayList<PreflightFinding>();
        long leftOut = 0;
        while (in.next()) {
            switch (in.tag()) {
                case FINDING -> findings.add(decodeFinding(in.nested("finding " + findings.size())));
                case LEFT_OUT -> leftOut = Integer.toUnsignedLong(in.once().signed32());
                default -> in.skip();
            }
        }
        if (leftOut > 0) {
            findings.add(new PreflightFinding(
                    Severity.NOTE,
                    PreflightReason.UNKNOWN,
                    MigrationRole.DESTINATION,
                    "destination",
                    "number of findings left out",
                    Long.toString(leftOut),
                    "0",
                    "Run the preflight at the destination to see all"));
        }
        return findings;
    }

    /// A reason or severity of a later version reads as unknown and as a blocker.
    private static PreflightFinding decodeFinding(FieldReader in) {
        Integer severity = null;
        Integer reason = null;
        Integer side = null;
        @Nullable String[] texts = new @Nullable String[REMEDY + 1];
        while (in.next()) {
            int tag = in.tag();
            switch (tag) {
                case SEVERITY -> severity = in.once().unsigned8();
                case REASON -> reason = in.once().unsigned16();
                case SIDE -> side = in.once().unsigned8();
                default -> {
                    if (tag >= DEVICE && tag <= REMEDY) {
                        texts[tag] = in.once().shownText();
                    } else {
                        in.skip();
                    }
                }
            }
        }
        return new PreflightFinding(
                switch (in.required(SEVERITY, severity)) {
                    case 2 -> Severity.WARNING;
                    case 3 -> Severity.NOTE;
                    default -> Severity.BLOCKER;
                },
                reason(in.required(REASON, reason)),
                in.required(SIDE, side) == 1 ? MigrationRole.SOURCE : MigrationRole.DESTINATION,
                in.required(DEVICE, texts[DEVICE]),
                in.required(DEVICE + 1, texts[DEVICE + 1]),
                in.required(DEVICE + 2, texts[DEVICE + 2]),
                in.required(DEVICE + 3, texts[DEVICE + 3]),
                in.required(REMEDY, texts[REMEDY]));
    }
}
