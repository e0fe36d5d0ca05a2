package dev.whence.bench;

import java.util.List;
import java.util.Optional;

/**
 * One row of the comparison.
 *
 * @param name what the command calls it
 * @param title what the table calls it
 * @param network network, see {@link BenchNetworks}
 * @param batch number of inputs
 * @param references number of references, shared by all inputs; 0 for methods that have none
 * @param method our method
 * @param targets number of targets that are explained at once
 * @param rival whom it is compared with
 * @param rivalName what the table calls the rival
 * @param hasFloor whether it is compared with the network's bare convolutions too
 */
record ComparedWork(
        String name,
        String title,
        String network,
        int batch,
        int references,
        String method,
        int targets,
        Rival rival,
        String rivalName,
        boolean hasFloor) {

    /** Whom a work is compared with. */
    enum Rival {
        /** The same method in another process. */
        PEER,
        /** Our own Rescale rule. */
        OWN_RESCALE,
        /** Our own runs, one a target. */
        OWN_SINGLE_TARGETS
    }

    private static final String RESCALE = "deeplift-rescale";
    private static final String REVEAL = "deeplift-revealcancel";
    private static final String INTEGRATED = "integrated-gradients";
    private static final String RESNET = "resnet18";
    private static final String GENOMICS = "genomics";
    private static final String RESNET_TITLE = "ResNet-18, 224²";

    static final List<ComparedWork> ALL = List.of(
            rescale("rescale-resnet-1", RESNET, RESNET_TITLE, 1),
            rescale("rescale-resnet-8", RESNET, RESNET_TITLE, 8),
            rescale("rescale-resnet-32", RESNET, RESNET_TITLE, 32),
            rescale("rescale-genomics-1", GENOMICS, GENOMICS, 1),
            rescale("rescale-genomics-64", GENOMICS, GENOMICS, 64),
            rescale("rescale-genomics-1024", GENOMICS, GENOMICS, 1024),
            peer("shap-resnet-8", "DeepLiftShap, 20 references, ResNet-18", RESNET, 8, 20, "deeplift-shap", "Captum"),
            reveal("reveal-resnet-8", RESNET, RESNET_TITLE, 8),
            reveal("reveal-genomics-64", GENOMICS, GENOMICS, 64),
            new ComparedWork(
                    "classes-resnet-8",
                    "DeepLIFT-Rescale, 10 classes in one request, ResNet-18",
                    RESNET,
                    8,
                    1,
                    RESCALE,
                    10,
                    Rival.OWN_SINGLE_TARGETS,
                    "ten runs",
                    false),
            peer("lrp-resnet-8", "LRP EpsilonPlus, ResNet-18", RESNET, 8, 0, "lrp-epsilon-plus", "zennit"),
            peer("ig-resnet-1", "integrated gradients, 50 steps, ResNet-18", RESNET, 1, 1, INTEGRATED, "Captum"),
            peer("ig-genomics-64", "integrated gradients, 50 steps, genomics", GENOMICS, 64, 1, INTEGRATED, "Captum"),
            peer("gradient-resnet-8", "plain gradient, ResNet-18", RESNET, 8, 0, "gradient", "PyTorch"));

    private static ComparedWork rescale(String name, String network, String title, int batch) {
        return new ComparedWork(
                name, "DeepLIFT-Rescale, " + title, network, batch, 1, RESCALE, 1, Rival.PEER, "Captum", true);
    }

    private static ComparedWork reveal(String name, String network, String title, int batch) {
        return new ComparedWork(
                name, "RevealCancel, " + title, network, batch, 1, REVEAL, 1, Rival.OWN_RESCALE, "our Rescale", false);
    }

    private static ComparedWork peer(
            String name, String title, String network, int batch, int references, String method, String peer) {
        return new ComparedWork(name, title, network, batch, references, method, 1, Rival.PEER, peer, false);
    }

    static Optional<ComparedWork> find(String name) {
        return ALL.stream().filter(w -> w.name.equals(name)).findFirst();
    }

    /** The same work on little data, for a network in which both sides follow the same rules. */
    ComparedWork small() {
        return new ComparedWork(
                name,
                title,
                network,
                Math.min(batch, 2),
                Math.min(references, 3),
                method,
                targets,
                rival,
                rivalName,
                false);
    }

    /** The same work on another network. */
    ComparedWork on(String other) {
        return new ComparedWork(name, title, other, batch, references, method, targets, rival, rivalName, hasFloor);
    }

    /** What the peer calls the network: zennit knows the one of torchvision. */
    String peerNetwork() {
        return rivalName.equals("zennit") && network.equals(RESNET) ? RESNET + "-torchvision" : network;
    }

    /** The network to run. */
    BenchNetworks.Subject subject() {
        return switch (network) {
            case GENOMICS -> BenchNetworks.genomics();
            case RESNET -> BenchNetworks.resnet18();
            case RESNET + "-average" -> BenchNetworks.resnet18Average();
            default -> throw new IllegalArgumentException("there is no network '" + network + "'");
        };
    }
}
