namespace Commerce.Sandbox.Adyen;

/// <summary>The payment methods that shoppers keep at Adyen.</summary>
internal static class AdyenTokens
{
    /// <summary>Keeps what Adyen's library encrypted, without a payment.</summary>
    public static AdyenDecision Create(AdyenAccount account, AdyenCall call)
    {
        if (call.Text("merchantAccount") is null || call.Text("shopperReference") is not { Length: >= 3 } shopper)
        {
            return AdyenAnswer.Refused(422, "702", "merchantAccount and shopperReference are required.");
        }

        var (scenario, unknown) = AdyenPayments.Method(account, call);
        if (scenario is null)
        {
            return unknown!;
        }

        var token = new AdyenToken(AdyenJson.NewReference(), shopper, scenario.Name);
        return new(new AdyenAnswer(201, AdyenJson.Write(json => Show(json, token))), new() { Token = token });
    }

    public static AdyenDecision List(AdyenAccount account, AdyenCall call) => new AdyenAnswer(200, AdyenJson.Write(json =>
    {
        json.WriteString("shopperReference"u8, call.Text("shopperReference"));
        json.WriteStartArray("storedPaymentMethods"u8);
        foreach (var token in account.Tokens(call.Text("shopperReference") ?? ""))
        {
            json.WriteStartObject();
            Show(json, token);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }));

    public static AdyenDecision Delete(AdyenAccount account, AdyenCall call) =>
        account.Token(call.Id) is { } token && token.Shopper == call.Text("shopperReference")
            ? new AdyenDecision(new AdyenAnswer(204, ""), new AdyenEntry { Token = token with { Gone = true } })
            : AdyenAnswer.Refused(422, "800", "Contract not found");

    private static void Show(System.Text.Json.Utf8JsonWriter json, AdyenToken token)
    {
        var scenario = AdyenScenario.Named(token.Scenario)!;
        json.WriteString("brand"u8, scenario.Brand);
        json.WriteString("expiryMonth"u8, "03"u8);
        json.WriteString("expiryYear"u8, "2030"u8);
        json.WriteString("id"u8, token.Id);
        json.WriteString("lastFour"u8, scenario.Last4);
        json.WriteString("name"u8, scenario.Brand);
        json.WriteString("shopperReference"u8, token.Shopper);
        json.WriteString("type"u8, "scheme"u8);
    }
}
