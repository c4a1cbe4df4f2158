// Solr inside an embedded Jetty on loopback: java -cp "lib/*" SolrMain.java HOME PORT
// Listener and filter are those of the web.xml that Solr 9 ships.

import java.nio.file.Path;
import java.util.EnumSet;
import javax.servlet.DispatcherType;
import javax.servlet.http.HttpServlet;
import org.apache.solr.servlet.CoreContainerProvider;
import org.apache.solr.servlet.SolrDispatchFilter;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.servlet.FilterHolder;
import org.eclipse.jetty.servlet.ServletContextHandler;
import org.eclipse.jetty.servlet.ServletHolder;

public final class SolrMain {
  public static void main(String[] arguments) throws Exception {
    String home = Path.of(arguments[0]).toAbsolutePath().toString();
    System.setProperty("solr.solr.home", home);
    System.setProperty("solr.install.dir", home);
    System.setProperty("solr.log.dir", home + "/logs");
    System.setProperty("jetty.port", arguments[1]);

    Server server = new Server();
    ServerConnector connector = new ServerConnector(server);
    connector.setHost("127.0.0.1");
    connector.setPort(Integer.parseInt(arguments[1]));
    server.addConnector(connector);

    ServletContextHandler context =
        new ServletContextHandler(server, "/solr", ServletContextHandler.SESSIONS);
    context.addEventListener(new CoreContainerProvider());
    FilterHolder solr = new FilterHolder(SolrDispatchFilter.class);
    solr.setAsyncSupported(true);
    context.addFilter(solr, "/*", EnumSet.of(DispatcherType.REQUEST));
    // A filter chain needs a servlet at its end.
    context.addServlet(new ServletHolder(new HttpServlet() {}), "/");

    server.setStopAtShutdown(true);
    server.start();
    server.join();
  }
}
