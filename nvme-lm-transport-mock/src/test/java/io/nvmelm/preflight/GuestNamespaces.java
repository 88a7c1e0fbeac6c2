package io.nvmelm.preflight;

import io.nvmelm.CommandFailedException;
import io.nvmelm.NamespaceExtent;
import io.nvmelm.core.codec.IdentifyNamespaceView;
import io.nvmelm.core.codec.NamespaceDescriptorCodec;
import io.nvmelm.core.codec.NamespaceListView;
import io.nvmelm.nvme.IdentifyCommand;
import io.nvmelm.nvme.NamespaceIdentifiers;
import io.nvmelm.transport.mock.guest.GuestDriver;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The namespaces of a guest as its driver finds them when it looks, by the commands that a driver has.
///
/// @param found by NSID
record GuestNamespaces(Map<Long, Namespace> found) {
    record Namespace(NamespaceExtent extent, NamespaceIdentifiers identifiers) {}

    /// Asks the controller that the guest has at present.
    ///
    /// @throws CommandFailedException when it refuses
    static GuestNamespaces lookAgain(GuestDriver guest) {
        var found = new TreeMap<Long, Namespace>();
        var list = new NamespaceListView().wrap(guest.identify(IdentifyCommand.ACTIVE_NAMESPACE_LIST, 0), 0);
        for (int i = 0; i < list.count(); i++) {
            long id = list.namespaceId(i);
            found.put(id, new Namespace(
                    new IdentifyNamespaceView().wrap(guest.identify(IdentifyCommand.NAMESPACE, id), 0).extent(id),
                    NamespaceDescriptorCodec.decode(guest.identify(IdentifyCommand.NAMESPACE_DESCRIPTORS, id))));
        }
        return new GuestNamespaces(found);
    }

    /// {@return why a driver that finds these now drops namespaces that it had} Linux compares the identifiers first.
    List<String> losses(GuestNamespaces now) {
        var losses = new ArrayList<String>();
        found.forEach((id, before) -> {
            var other = now.found.get(id);
            if (other == null) {
                losses.add("namespace " + id + " is gone");
            } else if (!other.identifiers().equals(before.identifiers())) {
                losses.add("namespace " + id + " has other identifiers");
            }
        });
        return losses;
    }
}
