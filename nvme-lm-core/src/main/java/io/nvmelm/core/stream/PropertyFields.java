package io.nvmelm.core.stream;

import io.nvmelm.ControllerProperties;
import io.nvmelm.FeatureSetting;
import io.nvmelm.nvme.OpaqueBytes;
import java.nio.ByteBuffer;
import java.util.ArrayList;

/// The payload of [RecordType#PROPERTIES].
final class PropertyFields {
    private static final int CONFIGURATION = 1;
    private static final int ADMIN_QUEUE_ATTRIBUTES = 2;
    private static final int ADMIN_SUBMISSION_QUEUE = 3;
    private static final int ADMIN_COMPLETION_QUEUE = 4;
    private static final int INTERRUPT_MASK = 5;
    private static final int FEATURE = 6;
    private static final int INTERRUPT_VECTORS = 7;
    private static final int EMBEDDER_DATA = 8;

    private PropertyFields() {}

    static ByteBuffer encode(ControllerProperties properties) {
        var out = new FieldWriter(RecordType.PROPERTIES.mostPayload())
                .unsigned32(CONFIGURATION, properties.configuration())
                .unsigned32(ADMIN_QUEUE_ATTRIBUTES, properties.adminQueueAttributes())
                .unsigned64(ADMIN_SUBMISSION_QUEUE, properties.adminSubmissionQueue())
                .unsigned64(ADMIN_COMPLETION_QUEUE, properties.adminCompletionQueue())
                .unsigned32(INTERRUPT_MASK, properties.interruptMask());
        properties.features().forEach(feature -> ControllerFields.encodeFeature(out, FEATURE, feature));
        return out.opaque(INTERRUPT_VECTORS, properties.interruptVectors())
                .opaque(EMBEDDER_DATA, properties.embedderData())
                .finish();
    }

    static ControllerProperties decode(FieldReader in) {
        Integer configuration = null;
        Integer adminQueueAttributes = null;
        Long adminSubmissionQueue = null;
        Long adminCompletionQueue = null;
        Integer interruptMask = null;
        var features = new ArrayList<FeatureSetting>();
        OpaqueBytes interruptVectors = null;
        OpaqueBytes embedderData = null;
        while (in.next()) {
            switch (in.tag()) {
                case CONFIGURATION -> configuration = in.once().signed32();
                case ADMIN_QUEUE_ATTRIBUTES -> adminQueueAttributes = in.once().signed32();
                case ADMIN_SUBMISSION_QUEUE -> adminSubmissionQueue = in.once().signed64();
                case ADMIN_COMPLETION_QUEUE -> adminCompletionQueue = in.once().signed64();
                case INTERRUPT_MASK -> interruptMask = in.once().signed32();
                case FEATURE -> {
                    in.requireCount(features.size(), ControllerProperties.MAXIMUM_FEATURES);
                    features.add(ControllerFields.decodeFeature(in));
                }
                case INTERRUPT_VECTORS -> interruptVectors =
                        in.once().opaque(ControllerProperties.MAXIMUM_VECTOR_BYTES);
                case EMBEDDER_DATA -> embedderData = in.once().opaque(ControllerProperties.MAXIMUM_EMBEDDER_BYTES);
                default -> in.skip();
            }
        }
        int cc = in.required(CONFIGURATION, configuration);
        int aqa = in.required(ADMIN_QUEUE_ATTRIBUTES, adminQueueAttributes);
        long asq = in.required(ADMIN_SUBMISSION_QUEUE, adminSubmissionQueue);
        long acq = in.required(ADMIN_COMPLETION_QUEUE, adminCompletionQueue);
        int mask = in.required(INTERRUPT_MASK, interruptMask);
        var vectors = in.required(INTERRUPT_VECTORS, interruptVectors);
        var data = in.required(EMBEDDER_DATA, embedderData);
        return in.made(() -> new ControllerProperties(cc, aqa, asq, acq, mask, features, vectors, data));
    }
}
