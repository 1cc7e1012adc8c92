namespace Commerce.Sandbox;

/// <summary>The faults that are in force. Each draws from a generator of its own, so that a seed repeats a run.</summary>
internal sealed class FaultBook
{
    private readonly Lock gate = new();
    private readonly Random random = new(1);
    private volatile Active[] rules = [];
    private int lastId;

    public int Add(FaultRule rule)
    {
        lock (gate)
        {
            var active = new Active(++lastId, rule);
            rules = [.. rules, active];
            return active.Id;
        }
    }

    public void Clear(int? id = null)
    {
        lock (gate)
        {
            rules = id is null ? [] : [.. rules.Where(rule => rule.Id != id)];
        }
    }

    public IEnumerable<object> List() => rules.Select(rule => new { rule.Id, rule.Rule, rule.Hits, Spent = rule.Rule.Count <= rule.Hits });

    /// <summary>The fault of a request: what its header <c>Sandbox-Fault</c> asks for, else what the rules say.</summary>
    public FaultRule? Of(HttpRequest request, string vendor, string operation, string word)
    {
        if (FaultRule.Parse(request.Headers["Sandbox-Fault"]) is not { } asked)
        {
            return Next(vendor, operation, word);
        }

        lock (gate)
        {
            return Delayed(asked, asked.Latency?.Draw(random) ?? 0);
        }
    }

    /// <summary>The fault that hits this one, or null. The first rule that fits and draws wins; latencies are added to it.</summary>
    public FaultRule? Next(string vendor, string operation, string word)
    {
        if (rules is not { Length: > 0 } current)
        {
            return null;
        }

        lock (gate)
        {
            var delay = 0;
            foreach (var active in current)
            {
                if (!active.Hit(vendor, operation, word))
                {
                    continue;
                }

                delay += active.Delay();
                if (active.Rule.Kind is not FaultKind.Latency)
                {
                    return Delayed(active.Rule, delay);
                }
            }

            return delay == 0 ? null : new FaultRule(FaultKind.Slow, DelayMs: delay);
        }
    }

    private static FaultRule Delayed(FaultRule rule, int delay) => delay == 0 && rule.Kind is not FaultKind.Latency ? rule : rule with
    {
        Kind = rule.Kind is FaultKind.Latency ? FaultKind.Slow : rule.Kind,
        DelayMs = rule.DelayMs + delay,
    };

    private sealed class Active(int id, FaultRule rule)
    {
        private readonly Random random = new(rule.Seed);

        public int Id => id;

        public FaultRule Rule => rule;

        public int Hits { get; private set; }

        public bool Hit(string vendor, string operation, string word)
        {
            var fits = rule.Operation is null ? word is not ("webhook" or "webhook_delivery") : rule.Operation == operation || rule.Operation == word;
            if (!fits || (rule.Vendor ?? vendor) != vendor || Hits >= rule.Count || random.NextDouble() >= rule.Probability)
            {
                return false;
            }

            Hits++;
            return true;
        }

        public int Delay() => rule.Latency?.Draw(random) ?? 0;
    }
}
