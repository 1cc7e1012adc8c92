using Commerce.Payments;

namespace Commerce.Tests.Payments;

public abstract partial class PaymentProviderConformance
{
    public static IEnumerable<object[]> Passing { get; } =
        from kind in (TransactionKind[])[TransactionKind.Authorise, TransactionKind.Capture, TransactionKind.Void, TransactionKind.Refund]
        from fault in (TrialFault[])[TrialFault.LostAnswer, TrialFault.ResetBefore, TrialFault.Breakdown, TrialFault.Malformed]
        select new object[] { kind, fault };

    [Theory]
    [MemberData(nameof(Passing))]
    public async Task A_fault_that_passes_leaves_one_effect(TransactionKind kind, TrialFault fault)
    {
        if (!Can.OutsideEffects)
        {
            return;
        }

        var ask = await Prepare(kind);
        await Trial.Break(kind, fault, 1);

        // The adapter may repeat by itself, or leave it to whoever asks.
        var asked = await ask();
        Assert.True(asked is Known or Unsure, $"{asked}");
        Assert.IsType<Known>(await ask());
        await Booked(kind, 1);
    }

    [Theory]
    [InlineData(TransactionKind.Authorise)]
    [InlineData(TransactionKind.Capture)]
    [InlineData(TransactionKind.Void)]
    [InlineData(TransactionKind.Refund)]
    public async Task Answers_that_stay_lost_are_in_doubt_until_the_same_key_settles_it(TransactionKind kind)
    {
        if (!Can.OutsideEffects)
        {
            return;
        }

        var ask = await Prepare(kind);
        await Trial.Break(kind, TrialFault.LostAnswer, null);
        Assert.Equal(new Unsure(InDoubt: true), await ask());

        await Trial.Heal();
        Assert.IsType<Known>(await ask());
        await Booked(kind, 1);
    }

    [Theory]
    [InlineData(TransactionKind.Authorise)]
    [InlineData(TransactionKind.Capture)]
    [InlineData(TransactionKind.Refund)]
    public async Task Nonsense_is_never_believed(TransactionKind kind)
    {
        if (!Can.OutsideEffects)
        {
            return;
        }

        var ask = await Prepare(kind);
        await Trial.Break(kind, TrialFault.Nonsense, null);
        Assert.Equal(new Unsure(InDoubt: true), await ask());

        await Trial.Heal();
        Assert.IsType<Known>(await ask());
        await Booked(kind, 1);
    }

    [Fact]
    public async Task A_vendor_that_wants_to_be_left_alone_is_left_alone_and_nothing_is_in_doubt()
    {
        if (!Can.OutsideEffects)
        {
            return;
        }

        await Trial.Break(TransactionKind.Authorise, TrialFault.TurnedAway, 1);
        var first = Assert.IsType<Outcome<Authorisation>.Unavailable>(await Provider.Authorise(Asked(), Stop));
        Assert.InRange(first.RetryAfter, ProviderTrial.TurnedAwayFor - TimeSpan.FromSeconds(2), ProviderTrial.TurnedAwayFor);

        // It would answer by now, and another operation was not turned away: neither is asked before its time.
        Assert.IsType<Outcome<Authorisation>.Unavailable>(await Provider.Authorise(Asked(key: "chk_2:authorise:1"), Stop));
        Assert.IsType<Outcome<Movement>.Unavailable>(await Provider.Void(Moving("unknown", "void:1", 1000), Stop));
        await Booked(TransactionKind.Authorise, 0);

        Trial.Time.Advance(ProviderTrial.TurnedAwayFor);
        await Authorised();
    }

    [Fact]
    public async Task A_vendor_that_breaks_down_when_asked_how_things_stand_has_not_said_that_there_is_nothing()
    {
        if (!Can.OutsideEffects || !Can.CanBeAsked)
        {
            return;
        }

        var held = await Authorised();
        await Trial.Break(operation: null, TrialFault.Breakdown, null);

        Assert.False(await Provider.Find("pay_1", held.Reference, Stop) is Outcome<Authorisation?>.Ok or Outcome<Authorisation?>.Rejected);
        Assert.False(await Provider.FindMovement(TransactionKind.Refund, Moving(held, "refund:1", 1000), Stop) is Outcome<Movement?>.Ok or Outcome<Movement?>.Rejected);
    }

    [Fact]
    public async Task A_caller_that_leaves_gets_an_outcome_and_no_exception()
    {
        using var left = new CancellationTokenSource();
        await left.CancelAsync();

        var outcome = await Provider.Authorise(Asked(), left.Token);

        Assert.False(outcome is Outcome<Authorisation>.Rejected or Outcome<Authorisation>.Declined, $"{outcome}");
        await Authorised();
        await Booked(TransactionKind.Authorise, 1);
    }

    [Fact]
    public async Task A_movement_whose_answer_was_lost_is_found_when_it_is_asked_for()
    {
        if (!Can.OutsideEffects || !Can.CanBeAsked)
        {
            return;
        }

        var refund = Moving(await Captured(), "refund:1", 400);
        await Trial.Break(TransactionKind.Refund, TrialFault.LostAnswer, null);
        Assert.IsType<Outcome<Movement>.InDoubt>(await Provider.Refund(refund, Stop));
        await Trial.Heal();

        Assert.Equal(new Money(400, "EUR"), Assert.IsType<Outcome<Movement?>.Ok>(await Provider.FindMovement(TransactionKind.Refund, refund, Stop)).Value!.Amount);
        await Booked(TransactionKind.Refund, 1);
    }

    /// <summary>One question of that kind, to be asked as often as wanted under one key.</summary>
    private async Task<Func<Task<Answer>>> Prepare(TransactionKind kind)
    {
        if (kind is TransactionKind.Authorise)
        {
            var request = Asked();
            return async () => Answer.Of(await Provider.Authorise(request, Stop));
        }

        var movement = await Prepared(kind);
        return async () => Answer.Of(await Ask(kind, movement));
    }

    /// <summary>An outcome, whatever it is of.</summary>
    private abstract record Answer
    {
        public static Answer Of<T>(Outcome<T> outcome) => outcome switch
        {
            Outcome<T>.Ok => new Known(),
            Outcome<T>.InDoubt => new Unsure(InDoubt: true),
            Outcome<T>.Unavailable => new Unsure(InDoubt: false),
            _ => new Refusal($"{outcome}"),
        };
    }

    private sealed record Known : Answer;

    private sealed record Unsure(bool InDoubt) : Answer;

    private sealed record Refusal(string What) : Answer;
}
