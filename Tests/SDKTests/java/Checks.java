import java.util.Objects;
import java.util.concurrent.Callable;

/** One line for each check: {@code ok NAME}, or {@code not ok NAME} with what was wrong. */
final class Checks {
    private static boolean failed;

    interface Body {
        void run() throws Exception;
    }

    static void check(String name, Body body) {
        try {
            body.run();
            System.out.println("ok " + name);
        } catch (Exception error) {
            failed = true;
            System.out.println("not ok " + name + ": " + error.toString().replace('\n', ' ') + " | " + place(error));
        }
    }

    private static String place(Exception error) {
        StringBuilder found = new StringBuilder();
        for (StackTraceElement frame : error.getStackTrace()) {
            if (!frame.getClassName().startsWith("com.amazonaws")) found.append(frame).append(" | ");
        }
        return found.toString();
    }

    static void equal(Object found, Object wanted) {
        if (!Objects.equals(found, wanted)) throw new IllegalStateException("found " + found + ", wanted " + wanted);
    }

    /** The error of a call that has to fail. */
    static <Failure extends Exception> Failure refused(Class<Failure> type, Callable<?> call) throws Exception {
        try {
            call.call();
        } catch (Exception error) {
            if (type.isInstance(error)) return type.cast(error);
            throw error;
        }
        throw new IllegalStateException("wanted " + type.getSimpleName() + ", but nothing was refused");
    }

    static void finish() {
        System.exit(failed ? 1 : 0);
    }
}
