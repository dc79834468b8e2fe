// The OFREP provider for Go, unmodified: a line "BASE_URL KEY FLAG DEFAULT" in, "VALUE ERROR REASON VARIANT" out.
package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/open-feature/go-sdk-contrib/providers/ofrep"
	"github.com/open-feature/go-sdk/openfeature"
)

var clients = map[string]*openfeature.Client{}

func clientOf(url, key string) *openfeature.Client {
	domain := url + " " + key
	if clients[domain] == nil {
		provider := ofrep.NewProvider(url, ofrep.WithBearerToken(key))
		if err := openfeature.SetNamedProviderAndWait(domain, provider); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		clients[domain] = openfeature.NewClient(domain)
	}
	return clients[domain]
}

func answer(value any, details openfeature.EvaluationDetails) {
	code := string(details.ErrorCode)
	if code == "" {
		code = "null"
	}
	fmt.Printf("%v\t%s\t%s\t%s\n", value, code, details.Reason, details.Variant)
}

func ask(client *openfeature.Client, flag, otherwise string) {
	subject := openfeature.NewEvaluationContext("u1", map[string]any{"plan": "pro"})
	if otherwise == "false" {
		got, _ := client.BooleanValueDetails(context.Background(), flag, false, subject)
		answer(got.Value, got.EvaluationDetails)
	} else if number, err := strconv.ParseInt(otherwise, 10, 64); err == nil {
		got, _ := client.IntValueDetails(context.Background(), flag, number, subject)
		answer(got.Value, got.EvaluationDetails)
	} else if number, err := strconv.ParseFloat(otherwise, 64); err == nil {
		got, _ := client.FloatValueDetails(context.Background(), flag, number, subject)
		answer(got.Value, got.EvaluationDetails)
	} else {
		got, _ := client.StringValueDetails(context.Background(), flag, otherwise, subject)
		answer(got.Value, got.EvaluationDetails)
	}
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		words := strings.Split(lines.Text(), " ")
		ask(clientOf(words[0], words[1]), words[2], words[3])
	}
}
