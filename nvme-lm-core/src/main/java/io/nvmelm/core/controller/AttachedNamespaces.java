package io.nvmelm.core.controller;

import io.nvmelm.CommandFailedException;
import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.NamespaceExtent;
import io.nvmelm.NamespaceManifest;
import io.nvmelm.core.codec.ControllerListView;
import io.nvmelm.core.codec.IdentifyNamespaceView;
import io.nvmelm.core.codec.NamespaceDescriptorCodec;
import io.nvmelm.core.codec.NamespaceListView;
import io.nvmelm.nvme.IdentifyCommand;
import io.nvmelm.nvme.NamespaceIdentifiers;
import io.nvmelm.nvme.StatusCode;
import java.util.ArrayList;
import java.util.List;

/// Finds out which namespaces are attached to a controller, through the controlling controller: all allocated ones (Identify CNS 10h),
/// who each is attached to (CNS 12h), and how large it is (CNS 11h).
///
/// A controlling controller without Namespace Management may not know these; then the namespaces that are active for itself (CNS 02h
/// and 00h) are taken, which are those of its secondary controllers where nobody attaches namespaces one by one.
final class AttachedNamespaces {
    /// CNS 10h, Allocated Namespace ID list.
    private static final int ALLOCATED_NAMESPACE_LIST = 0x10;
    /// CNS 11h, Identify Namespace of an allocated namespace.
    private static final int ALLOCATED_NAMESPACE = 0x11;
    /// CNS 12h, controllers that a namespace is attached to.
    private static final int ATTACHED_CONTROLLER_LIST = 0x12;
    /// Most namespaces that are taken from a controller.
    private static final int MAXIMUM_NAMESPACES = 1 << 16;

    private final IdentifyReader reader;
    private final int controllerId;

    /// @param reader       asks the controlling controller; stays the caller's
    /// @param controllerId the controller whose namespaces are asked for
    AttachedNamespaces(IdentifyReader reader, int controllerId) {
        this.reader = reader;
        this.controllerId = controllerId;
    }

    /// @throws LiveMigrationException when a command failed that must be known, or an answer cannot be
    List<NamespaceExtent> read() {
        return read(this::extent);
    }

    /// What [#read()] finds, with metadata size and identifiers.
    ///
    /// @throws LiveMigrationException when a command failed that must be known, or an answer cannot be
    List<NamespaceManifest> readManifests() {
        return read(this::manifest);
    }

    /// What is read of a namespace, by the structure (CNS) that has it.
    private interface NamespaceReader<T> {
        T read(int structure, long namespaceId);
    }

    private <T> List<T> read(NamespaceReader<T> each) {
        try {
            var namespaces = new ArrayList<T>();
            for (long namespaceId : identifiers(ALLOCATED_NAMESPACE_LIST)) {
                if (isAttached(namespaceId)) {
                    namespaces.add(each.read(ALLOCATED_NAMESPACE, namespaceId));
                }
            }
            return List.copyOf(namespaces);
        } catch (CommandFailedException e) {
            if (!isUnknown(e)) {
                throw e;
            }
            return identifiers(IdentifyCommand.ACTIVE_NAMESPACE_LIST).stream()
                    .map(namespaceId -> each.read(IdentifyCommand.NAMESPACE, namespaceId))
                    .toList();
        }
    }

    private static boolean isUnknown(CommandFailedException e) {
        return e.status().is(StatusCode.INVALID_FIELD_IN_COMMAND)
                || e.status().is(StatusCode.INVALID_COMMAND_OPCODE);
    }

    private List<Long> identifiers(int structure) {
        var result = new ArrayList<Long>();
        long after = 0;
        while (true) {
            int before = result.size();
            long from = after;
            var command = new IdentifyCommand(structure, 0, from, 0, 0, 0);
            result.addAll(reader.<List<Long>>read(command, data -> {
                var list = new NamespaceListView().wrap(data, 0).validate(from);
                var page = new ArrayList<Long>();
                int count = list.count();
                for (int i = 0; i < count; i++) {
                    page.add(list.namespaceId(i));
                }
                return page;
            }));
            if (result.size() - before < NamespaceListView.MAXIMUM_IDENTIFIERS) {
                return result;
            }
            if (result.size() > MAXIMUM_NAMESPACES) {
                throw new InvalidValueException(
                        "number of namespaces", "more than " + MAXIMUM_NAMESPACES, "0 to " + MAXIMUM_NAMESPACES, 0);
            }
            after = result.getLast();
        }
    }

    /// The list begins at the controller that is asked for, so one page tells.
    private boolean isAttached(long namespaceId) {
        var command = new IdentifyCommand(ATTACHED_CONTROLLER_LIST, controllerId, namespaceId, 0, 0, 0);
        return reader.read(
                command,
                data -> new ControllerListView().wrap(data, 0).validate(controllerId).contains(controllerId));
    }

    private NamespaceExtent extent(int structure, long namespaceId) {
        return reader.read(
                new IdentifyCommand(structure, 0, namespaceId, 0, 0, 0),
                data -> new IdentifyNamespaceView().wrap(data, 0).extent(namespaceId));
    }

    private NamespaceManifest manifest(int structure, long namespaceId) {
        var listed = descriptors(namespaceId);
        return reader.read(new IdentifyCommand(structure, 0, namespaceId, 0, 0, 0), data -> {
            var view = new IdentifyNamespaceView().wrap(data, 0);
            var identifiers = listed.or(view.identifiers());
            return new NamespaceManifest(
                    view.extent(namespaceId),
                    view.metadataByteSize(view.formatIndex()),
                    view.hasExtendedBlocks(),
                    view.protection(),
                    identifiers.nguid(),
                    identifiers.eui64(),
                    identifiers.uuid());
        });
    }

    /// A controlling controller that the namespace is not attached to may refuse the list, and one of an early version does not know
    /// it; Identify Namespace has two of the identifiers as well.
    private NamespaceIdentifiers descriptors(long namespaceId) {
        try {
            return reader.read(
                    new IdentifyCommand(IdentifyCommand.NAMESPACE_DESCRIPTORS, 0, namespaceId, 0, 0, 0),
                    NamespaceDescriptorCodec::decode);
        } catch (CommandFailedException e) {
            if (!isUnknown(e) && !e.status().is(StatusCode.INVALID_NAMESPACE_OR_FORMAT)) {
                throw e;
            }
            return NamespaceIdentifiers.NONE;
        }
    }
}
