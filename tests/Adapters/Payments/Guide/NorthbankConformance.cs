using Commerce.Payments;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Tests.Payments.Guide;

/// <summary>The adapter that docs/write-an-adapter.md leads to, held to what every provider promises.</summary>
public sealed class NorthbankConformance : PaymentProviderConformance
{
    protected override async Task<ProviderTrial> Open()
    {
        var (clock, inbox) = (new TrialClock(), await TrialInbox.Open());
        return new NorthbankTrial(clock, await PretendNorthbank.Open(clock, inbox.AddressOf("northbank")), inbox);
    }

    private sealed class NorthbankTrial : ProviderTrial
    {
        private readonly PretendNorthbank bank;
        private readonly ServiceProvider services;
        private readonly TrialInbox inbox;

        public NorthbankTrial(TrialClock clock, PretendNorthbank bank, TrialInbox inbox)
            : base(clock)
        {
            (this.bank, this.inbox) = (bank, inbox);
            services = NorthbankProvider.Add(
                new ServiceCollection().AddSingleton<IConfiguration>(new ConfigurationBuilder().Build()).AddSingleton<TimeProvider>(Time).AddLogging(),
                options => (options.BaseUrl, options.WebhookSecrets, options.RetryDelay) = (bank.Address, "north_old," + PretendNorthbank.Secret, TimeSpan.FromMilliseconds(10))).BuildServiceProvider();
        }

        public override IPaymentProvider Provider => services.GetRequiredService<IPaymentProvider>();

        public override string GoodMethod => "nb_good";

        public override ImmutableDictionary<string, string> DeclinedMethods { get; } =
            ImmutableDictionary<string, string>.Empty.Add("nb_declined", Declines.CardDeclined).Add("nb_broke", Declines.InsufficientFunds);

        public override ImmutableArray<Money> NotTaken => [new(1000, "USD")];

        public override TrialInbox Inbox => inbox;

        public override bool SignsTime => true;

        public override Task Break(TransactionKind? operation, TrialFault fault, int? count)
        {
            bank.Trouble(Word(operation), fault, count);
            return Task.CompletedTask;
        }

        public override Task Heal()
        {
            bank.Heal();
            return Task.CompletedTask;
        }

        public override Task<int?> Effects(TransactionKind kind) => Task.FromResult<int?>(bank.Booked(Word(kind)));

        public override InboundWebhook Signed(InboundWebhook webhook, TrialSecret by, DateTimeOffset at)
        {
            var secret = by switch { TrialSecret.Old => "north_old", TrialSecret.New => PretendNorthbank.Secret, _ => "strange" };
            var seconds = at.ToUnixTimeSeconds();
            return webhook with { Headers = webhook.Headers.SetItem("northbank-signature", $"t={seconds},v1={NorthbankProvider.Sign(webhook.Body, seconds, secret)}") };
        }

        public override async ValueTask DisposeAsync()
        {
            await services.DisposeAsync();
            await bank.DisposeAsync();
            await inbox.DisposeAsync();
        }

        private static string Word(TransactionKind? kind) => kind switch { null => "read", TransactionKind.Authorise => "holds", _ => $"{kind}s".ToLowerInvariant() };
    }
}
