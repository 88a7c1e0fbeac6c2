package io.nvmelm.core.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.CapabilityMissingException;
import io.nvmelm.CommandFailedException;
import io.nvmelm.InvalidValueException;
import io.nvmelm.NamespaceExtent;
import io.nvmelm.core.codec.ControllerListView;
import io.nvmelm.core.codec.IdentifyNamespaceView;
import io.nvmelm.core.codec.IdentifyNvmControllerView;
import io.nvmelm.core.codec.NamespaceListView;
import io.nvmelm.nvme.AdminCommand;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.IdentifyCommand;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.nvme.TrackingLimits;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Which namespaces a controller has, and whether its user data can be logged.
class AttachedNamespacesTest {
    private static final int ALLOCATED_LIST = 0x10;
    private static final int ALLOCATED = 0x11;
    private static final int ATTACHED = 0x12;

    private final ScriptedTransport transport = new ScriptedTransport(new byte[0], 4096, 4);
    /// Controllers that each namespace is attached to.
    private final TreeMap<Long, List<Integer>> namespaces = new TreeMap<>();
    private Set<Integer> unknown = Set.of();
    private int queueFormat;
    private int blockExponent = 9;

    AttachedNamespacesTest() {
        transport.others = this::identify;
        transport.tracking = new TrackingLimits(0, 0, 0, 0, 2, 0, 0, 0, 0, 0);
    }

    private MigratableController controller() {
        var controller = ControllingController.open(transport).migratable(5);
        transport.commands.clear();
        return controller;
    }

    private Completion identify(AdminCommand command, MemorySegment data) {
        var identify = (IdentifyCommand) command;
        if (unknown.contains(identify.structure())) {
            return Completion.failure(StatusCode.INVALID_FIELD_IN_COMMAND);
        }
        switch (identify.structure()) {
            case ALLOCATED_LIST, IdentifyCommand.ACTIVE_NAMESPACE_LIST -> {
                int place = 0;
                for (long id : namespaces.tailMap(identify.namespaceId(), false).keySet()) {
                    if (place < 1024) {
                        new NamespaceListView().wrap(data, 0).namespaceId(place++, id);
                    }
                }
            }
            case ATTACHED -> {
                var list = new ControllerListView().wrap(data, 0);
                int count = 0;
                for (int id : namespaces.getOrDefault(identify.namespaceId(), List.of())) {
                    if (id >= identify.controllerId()) {
                        list.controllerId(count++, id);
                    }
                }
                list.count(count);
            }
            case ALLOCATED, IdentifyCommand.NAMESPACE -> new IdentifyNamespaceView()
                    .wrap(data, 0)
                    .size(1000 + identify.namespaceId())
                    .formattedSize(0x10)
                    .protection(0xB)
                    .metadataByteSize(0, 8)
                    .dataSizeExponent(0, blockExponent);
            case IdentifyCommand.NAMESPACE_DESCRIPTORS -> {
                return Completion.failure(StatusCode.INVALID_FIELD_IN_COMMAND);
            }
            case 6 -> new IdentifyNvmControllerView().wrap(data, 0).migrationQueueFormat(queueFormat);
            default -> throw new AssertionError(identify);
        }
        return Completion.success();
    }

    @Test
    void onlyNamespacesThatAreAttachedToTheControllerAreNamed() {
        namespaces.putAll(Map.of(1L, List.of(1, 5), 3L, List.of(1, 6), 7L, List.of(5), 9L, List.of()));
        assertThat(controller().attachedNamespaces())
                .containsExactly(new NamespaceExtent(1, 1001, 512), new NamespaceExtent(7, 1007, 512));
    }

    @Test
    void aManifestSaysHowBlocksAreLaidOut() {
        namespaces.put(1L, List.of(5));
        var read = new AttachedNamespaces(ControllingController.open(transport).identifyReader(), 5).readManifests();
        assertThat(read).singleElement().satisfies(namespace -> {
            assertThat(namespace.metadataBytes()).isEqualTo(8);
            assertThat(namespace.extendedBlocks()).isTrue();
            assertThat(namespace.protection()).isEqualTo(0xB);
        });
    }

    @Test
    void aListOfSeveralPagesIsReadToItsEnd() {
        for (long id = 1; id <= 2048; id++) {
            namespaces.put(id, id % 1000 == 0 ? List.of(5) : List.of());
        }
        assertThat(controller().attachedNamespaces())
                .extracting(NamespaceExtent::namespaceId)
                .containsExactly(1000L, 2000L);
    }

    @ParameterizedTest
    @ValueSource(ints = {ALLOCATED_LIST, ALLOCATED, ATTACHED})
    void whatTheControllingControllerDoesNotKnowIsReplacedByItsOwnNamespaces(int structure) {
        unknown = Set.of(structure);
        namespaces.putAll(Map.of(1L, List.of(1, 5), 3L, List.of(1, 6)));
        assertThat(controller().attachedNamespaces())
                .containsExactly(new NamespaceExtent(1, 1001, 512), new NamespaceExtent(3, 1003, 512));
    }

    @Test
    void otherFailuresAreNotTakenForAMissingStructure() {
        var controller = controller();
        transport.override = command -> Completion.failure(StatusCode.INTERNAL_ERROR);
        assertThatThrownBy(controller::attachedNamespaces)
                .isInstanceOf(CommandFailedException.class)
                .hasMessageContaining("Identify, CNS 10h");
        assertThat(transport.commands).hasSize(1);
    }

    @Test
    void aNamespaceThatCannotBeIsRefused() {
        namespaces.put(1L, List.of(5));
        blockExponent = 3;
        assertThatThrownBy(() -> controller().attachedNamespaces())
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("LBADS is 3");
    }

    @Test
    void aQueueFormatOfItsOwnMakesTheLogUnavailable() {
        queueFormat = 0xC0;
        var controller = controller();
        assertThat(controller.userDataLogUnavailable()).singleElement().asString().contains("LBAMQF is 192, not 0");
        assertThatThrownBy(controller::userDataLog)
                .isInstanceOf(CapabilityMissingException.class)
                .hasMessageContaining("LBAMQF is 192");
    }

    @Test
    void theQueueFormatIsAskedForOnceAndWhereItIsNotKnownItIsTheStandards() {
        unknown = Set.of(6);
        var controller = controller();
        assertThat(controller.userDataLogUnavailable()).isEmpty();
        assertThat(controller.userDataLogUnavailable()).isEmpty();
        assertThat(transport.commands).hasSize(1);
        assertThat(controller.userDataLog()).isSameAs(controller.userDataLog());
    }

    @Test
    void withoutTrackingNothingIsAskedAndTheReasonIsGiven() {
        transport.tracking = TrackingLimits.NONE;
        var controller = controller();
        assertThat(controller.userDataLogUnavailable())
                .containsExactly("it does not track changes of user data (TRATTR bit 1 is 0)");
        assertThat(transport.commands).isEmpty();
    }

    @Test
    void thereIsOneLogAndItsOptionsCannotBeChanged() {
        var controller = controller();
        var options = UserDataLogOptions.defaults().withSlots(128);
        var log = controller.userDataLog(options);
        assertThat(controller.userDataLog()).isSameAs(log);
        assertThat(controller.userDataLog(options)).isSameAs(log);
        assertThatThrownBy(() -> controller.userDataLog(options.withSlots(64)))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("slots=128");
    }
}
