package dev.whence.tensor;

/** A program that starts the engine and says how far unpacking is. */
final class StartedElsewhere {
    private StartedElsewhere() {}

    public static void main(String[] arguments) {
        Engine.start((done, total, label) -> System.out.println(done + "/" + total + " " + label));
        System.out.println("started " + Engine.version());
    }
}
