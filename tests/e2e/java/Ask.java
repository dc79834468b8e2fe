// The OFREP provider for Java, unmodified: a line "BASE_URL KEY FLAG DEFAULT" in, "VALUE ERROR REASON VARIANT" out.
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.openfeature.contrib.providers.ofrep.OfrepProvider;
import dev.openfeature.contrib.providers.ofrep.OfrepProviderOptions;
import dev.openfeature.sdk.Client;
import dev.openfeature.sdk.FlagEvaluationDetails;
import dev.openfeature.sdk.MutableContext;
import dev.openfeature.sdk.OpenFeatureAPI;
import dev.openfeature.sdk.Value;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.HashMap;
import java.util.Map;

public class Ask {
    private static final Map<String, Client> clients = new HashMap<>();

    private static Client clientOf(String url, String key) {
        return clients.computeIfAbsent(url + " " + key, domain -> {
            OfrepProviderOptions options = OfrepProviderOptions.builder().baseUrl(url)
                .headers(ImmutableMap.of("Authorization", ImmutableList.of("Bearer " + key))).build();
            OpenFeatureAPI.getInstance().setProviderAndWait(domain, OfrepProvider.constructProvider(options));
            return OpenFeatureAPI.getInstance().getClient(domain);
        });
    }

    private static FlagEvaluationDetails<?> ask(Client client, String flag, String otherwise) {
        MutableContext context = new MutableContext("u1");
        context.add("plan", "pro");
        if (otherwise.equals("false"))
            return client.getBooleanDetails(flag, false, context);
        if (otherwise.matches("-?\\d+"))
            return client.getIntegerDetails(flag, Integer.parseInt(otherwise), context);
        if (otherwise.matches("-?\\d+\\.\\d+"))
            return client.getDoubleDetails(flag, Double.parseDouble(otherwise), context);
        if (otherwise.equals("{}"))
            return client.getObjectDetails(flag, new Value(), context);
        return client.getStringDetails(flag, otherwise, context);
    }

    public static void main(String[] arguments) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] words = line.split(" ");
            FlagEvaluationDetails<?> got = ask(clientOf(words[0], words[1]), words[2], words[3]);
            Object value = got.getValue() instanceof Value ? ((Value) got.getValue()).asObject() : got.getValue();
            System.out.println(value + "\t" + got.getErrorCode() + "\t" + got.getReason() + "\t" + got.getVariant());
        }
        System.exit(0);
    }
}
