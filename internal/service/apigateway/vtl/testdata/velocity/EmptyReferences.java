import org.apache.velocity.app.event.InvalidReferenceEventHandler;
import org.apache.velocity.context.Context;
import org.apache.velocity.util.introspection.Info;

/** Gives every reference without a value the empty string, as API Gateway seems to do. */
public class EmptyReferences implements InvalidReferenceEventHandler {
    public Object invalidGetMethod(Context c, String reference, Object object, String property, Info info) {
        return "";
    }

    public Object invalidMethod(Context c, String reference, Object object, String method, Info info) {
        return "";
    }

    public boolean invalidSetMethod(Context c, String left, String right, Info info) {
        return false;
    }
}
