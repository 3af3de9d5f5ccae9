import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.bson.Document;
import io.netty.channel.Channel;
import java.util.ArrayList;
import java.util.List;
import org.h2.mvstore.MVStore;

/**
 * mongo-java-server on a file, as tests need it: what was answered is there after a SIGKILL. It is given the port and the
 * file.
 *
 * It knows MongoDB 5.0, but says that it is older, which today's drivers refuse; and it has `hello` under its old name only.
 * Its searches use no index but a unique one of the very fields that are asked for: each collection gets one for the filter
 * of a guarded change, or each would be a scan. It makes nothing unique that is not so already.
 */
public class StandIn {
    private static final int WIRE_VERSION_OF_5_0 = 13;

    public static void main(String[] args) throws InterruptedException {
        MVStore store = new MVStore.Builder().fileName(args[1]).cacheSize(512).autoCommitDisabled().open();
        store.setRetentionTime(1_000);
        MongoServer server = new MongoServer(new Backend(store));
        server.bind("127.0.0.1", Integer.parseInt(args[0]));
        Thread.currentThread().join();
    }

    private static final class Backend extends H2Backend {
        private final MVStore store;

        Backend(MVStore store) {
            super(store);
            this.store = store;
            version(new MongoVersion() {
                @Override
                public List<Integer> getVersionArray() {
                    return List.of(5, 0, 0);
                }

                @Override
                public int getWireVersion() {
                    return WIRE_VERSION_OF_5_0;
                }
            });
        }

        @Override
        public Document handleCommand(Channel channel, String database, String command, Document query) {
            if (command.equals("createIndexes")) addGuardIndex(query);
            String known = command.equals("hello") ? "isMaster" : command;
            try {
                return super.handleCommand(channel, database, known, query);
            } finally {
                if (store.hasUnsavedChanges()) store.commit();
            }
        }

        @SuppressWarnings("unchecked")
        private static void addGuardIndex(Document query) {
            List<Document> indexes = new ArrayList<>((List<Document>) query.get("indexes"));
            Document key = new Document("_id", 1).append("version", 1);
            indexes.add(new Document("key", key).append("name", "guard").append("unique", true));
            query.put("indexes", indexes);
        }
    }
}
