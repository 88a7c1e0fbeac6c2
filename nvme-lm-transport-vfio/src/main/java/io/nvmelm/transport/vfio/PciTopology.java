package io.nvmelm.transport.vfio;

import io.nvmelm.FailureCategory;
import io.nvmelm.InvalidValueException;
import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.linux.HostFiles;
import io.nvmelm.transport.vfio.linux.LinuxHost;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/// What the kernel says of PCI functions and how they belong together, read below `/sys/bus/pci/devices` at each call.
///
/// Leads from a virtual function, which a guest is given, to the controller that migrates it: the physical function's controller
/// lists its secondary controllers by the number of their virtual function.
///
/// ```java
/// var topology = PciTopology.local();
/// var vf = PciAddress.parse("0000:04:10.0");
/// var transport = PassthroughTransport.open(topology.physicalFunction(vf));
/// var controlling = ControllingController.open(transport);
/// var controller = controlling.migratableByVirtualFunction(topology.virtualFunctionNumber(vf));
/// ```
///
/// Thread-safe. Methods block as reading small files does.
public final class PciTopology {
    private static final Pattern VIRTUAL_FUNCTION_LINK = Pattern.compile("virtfn(\\d{1,5})");
    private static final Pattern GROUP_NUMBER = Pattern.compile("\\d{1,9}");

    private final HostFiles files;

    PciTopology(HostFiles files) {
        this.files = files;
    }

    /// The functions of the host that this JVM runs on.
    ///
    /// @return the topology
    /// @throws TransportException when native access is not enabled for this module, or this is not 64-bit Linux
    public static PciTopology local() {
        return new PciTopology(LinuxHost.local().files());
    }

    /// The physical function of a virtual one, whose controller is the controlling one in an NVM subsystem with SR-IOV.
    ///
    /// @param virtualFunction address of a virtual function
    /// @return address of its physical function
    /// @throws TransportException    when there is no such function, or it is not a virtual one
    /// @throws InvalidValueException when the kernel's link names no PCI function
    public PciAddress physicalFunction(PciAddress virtualFunction) {
        String folder = requireFunction(virtualFunction);
        return files.linkedName(folder + "/physfn").map(PciAddress::parse).orElseThrow(() -> refusal(
                virtualFunction,
                "it is not a virtual function: " + folder + "/physfn is missing",
                "Give the address of a virtual function, or make some with: echo 1 > " + folder + "/sriov_numvfs"));
    }

    /// The number that the standard gives a virtual function (VFN of the Secondary Controller List, Base 2.3 fig. 338): K + 1 for
    /// the one that the link `virtfnK` of the physical function points to.
    ///
    /// @param virtualFunction address of a virtual function
    /// @return its number, from 1
    /// @throws TransportException    when there is no such function, it is not a virtual one, or its physical function does not
    ///                               point back to it by exactly one link
    /// @throws InvalidValueException when the kernel's link names no PCI function
    public int virtualFunctionNumber(PciAddress virtualFunction) {
        var physical = physicalFunction(virtualFunction);
        String folder = physical.sysfsPath();
        var links = files.names(folder).stream()
                .filter(name -> VIRTUAL_FUNCTION_LINK.matcher(name).matches())
                .filter(name -> files.linkedName(folder + "/" + name)
                        .filter(virtualFunction.kernelName()::equals)
                        .isPresent())
                .toList();
        if (links.size() != 1) {
            throw refusal(
                    virtualFunction,
                    "it names " + physical + " as its physical function, of which " + links.size()
                            + " links virtfnK point back where one is needed " + links,
                    "The virtual functions are being made or taken away: wait until that is done, or see: ls -l "
                            + folder);
        }
        return Integer.parseInt(links.getFirst().substring("virtfn".length())) + 1;
    }

    /// {@return the name of the driver that a function is bound to, for instance `vfio-pci`; empty when to none}
    ///
    /// @param function address of a function
    /// @throws TransportException when there is no such function
    public Optional<String> driver(PciAddress function) {
        return files.linkedName(requireFunction(function) + "/driver");
    }

    /// {@return the number of a function's IOMMU group; empty when it has none, that is, when no IOMMU confines it}
    ///
    /// @param function address of a function
    /// @throws TransportException when there is no such function
    public OptionalInt iommuGroup(PciAddress function) {
        return files.linkedName(requireFunction(function) + "/iommu_group")
                .filter(name -> GROUP_NUMBER.matcher(name).matches())
                .map(name -> OptionalInt.of(Integer.parseInt(name)))
                .orElse(OptionalInt.empty());
    }

    /// The devices that the IOMMU cannot tell apart from a function: VFIO opens it only when all of them are bound to a driver of
    /// VFIO or to none.
    ///
    /// @param function address of a function
    /// @return the kernel's names of all devices of its group, itself included; empty when it has no group
    /// @throws TransportException when there is no such function
    public List<String> iommuGroupMembers(PciAddress function) {
        var group = iommuGroup(function);
        return group.isEmpty()
                ? List.of()
                : List.copyOf(files.names("/sys/kernel/iommu_groups/" + group.getAsInt() + "/devices"));
    }

    private String requireFunction(PciAddress function) {
        String folder = function.sysfsPath();
        if (!files.exists(folder)) {
            throw refusal(
                    function,
                    "there is no PCI function " + function + " (" + folder + ")",
                    "List the functions with: lspci -D");
        }
        return folder;
    }

    private static TransportException refusal(PciAddress function, String message, String remedy) {
        var refusal = new TransportException(FailureCategory.ABORT_MIGRATION, message, remedy, 0, null);
        return (TransportException) refusal.at(function.kernelName(), "reading the PCI topology");
    }
}
