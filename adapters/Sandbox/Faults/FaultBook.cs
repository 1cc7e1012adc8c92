namespace Commerce.Sandbox;

/// <summary>The faults that are in force. Each draws from a generator of its own, so that a seed repeats a run.</summary>
internal sealed class FaultBook
{
    private readonly Lock gate = new();
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

    /// <summary>The fault that hits this one, or null. The first rule that fits and draws wins.</summary>
    public FaultRule? Next(string operation, string word)
    {
        if (rules is not { Length: > 0 } current)
        {
            return null;
        }

        lock (gate)
        {
            foreach (var active in current)
            {
                if (active.Hit(operation, word))
                {
                    return active.Rule;
                }
            }
        }

        return null;
    }

    private sealed class Active(int id, FaultRule rule)
    {
        private readonly Random random = new(rule.Seed);

        public int Id => id;

        public FaultRule Rule => rule;

        public int Hits { get; private set; }

        public bool Hit(string operation, string word)
        {
            var fits = rule.Operation is null ? word != "webhook" : rule.Operation == operation || rule.Operation == word;
            if (!fits || Hits >= rule.Count || random.NextDouble() >= rule.Probability)
            {
                return false;
            }

            Hits++;
            return true;
        }
    }
}
