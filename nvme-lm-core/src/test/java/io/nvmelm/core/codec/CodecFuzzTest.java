package io.nvmelm.core.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.nvmelm.InvalidValueException;
import java.lang.foreign.MemorySegment;
import java.util.function.Function;

/// Whatever bytes a device or a stream has for a structure, decoding gives a value or refuses by an exception of the library. How to
/// search for longer is written in CONTRIBUTING.md.
class CodecFuzzTest {

    private static void decode(byte[] bytes, Function<MemorySegment, ?> decoder) {
        try {
            assertThat((Object) decoder.apply(MemorySegment.ofArray(bytes))).isNotNull();
        } catch (InvalidValueException refusal) {
            assertThat(refusal.field()).isNotBlank();
        }
    }

    /// A state comes out again to the byte.
    @FuzzTest
    void controllerState(byte[] bytes) {
        decode(bytes, segment -> {
            var state = ControllerStateCodec.decode(segment, 0, bytes.length);
            byte[] again = new byte[bytes.length];
            ControllerStateCodec.encode(state, MemorySegment.ofArray(again), 0);
            assertThat(again).isEqualTo(bytes);
            return state;
        });
    }

    /// The view of a state that is not whole yet.
    @FuzzTest
    void controllerStateView(byte[] bytes) {
        if (bytes.length < ControllerStateView.HEADER_BYTES) {
            return;
        }
        decode(bytes, segment -> {
            var view = new ControllerStateView().wrap(segment, 0).validate(bytes.length, 1 << 20);
            assertThat(view.totalBytes()).isBetween((long) ControllerStateView.HEADER_BYTES, 1L << 20);
            assertThat(view.vendorDataOffset()).isBetween(0L, view.totalBytes());
            return view;
        });
    }

    @FuzzTest
    void adminCommand(byte[] bytes) {
        decode(bytes, AdminCommandCodec::decode);
    }

    @FuzzTest
    void completion(byte[] bytes) {
        decode(bytes, CompletionCodec::decode);
    }

    @FuzzTest
    void identifyController(byte[] bytes) {
        decode(bytes, IdentifyControllerCodec::decode);
    }

    @FuzzTest
    void lbaMigrationEntry(byte[] bytes) {
        decode(bytes, segment -> LbaMigrationEntryCodec.decode(segment, 0));
    }

    @FuzzTest
    void memoryTrackingRequest(byte[] bytes) {
        decode(bytes, MemoryTrackingRequestCodec::decode);
    }

    @FuzzTest
    void primaryControllerCapabilities(byte[] bytes) {
        decode(bytes, PrimaryControllerCapabilitiesCodec::decode);
    }

    @FuzzTest
    void queueHead(byte[] bytes) {
        decode(bytes, QueueHeadCodec::decode);
    }

    @FuzzTest
    void secondaryControllerList(byte[] bytes) {
        decode(bytes, SecondaryControllerListCodec::decode);
    }

    @FuzzTest
    void supportedStateFormats(byte[] bytes) {
        decode(bytes, SupportedStateFormatsCodec::decode);
    }

    @FuzzTest
    void trackedMemoryChanges(byte[] bytes) {
        decode(bytes, segment -> TrackedMemoryChangesCodec.decode(segment, 1));
    }
}
