using Commerce.Journal;
using static Commerce.Tests.Unit.StateMachine;

namespace Commerce.Tests.Unit.Journal;

public sealed class OperationsTests
{
    [Fact]
    public void A_request_is_recognised_by_its_key_and_fingerprint()
    {
        var operations = Operations.None.Add("k1", "f1");

        Assert.True(operations.Contains(new Request("guest_1", "k1", "f1")));
        Assert.False(operations.Contains(new Request("guest_1", "k2", "f1")));
        Assert.False(operations.Contains(new Request("guest_1")));
    }

    [Fact]
    public void A_key_with_another_fingerprint_is_refused()
    {
        var refused = Refused(() => Operations.None.Add("k1", "f1").Contains(new Request("guest_1", "k1", "f2")));

        Assert.Equal(("idempotency-key-reused", ErrorKind.KeyReused), (refused.Code, refused.Kind));
    }

    [Fact]
    public void The_last_keys_are_remembered_and_no_more() =>
        Gen.Int[0, 700].Array[0, 900].Sample(keys =>
        {
            var operations = keys.Aggregate(Operations.None, (all, key) => all.Add($"k{key}", "f"));
            var expected = keys.Aggregate(new List<int>(), (all, key) =>
            {
                if (!all.Contains(key))
                {
                    all.Add(key);
                    all.RemoveRange(0, Math.Max(0, all.Count - Operations.Limit));
                }

                return all;
            });

            Assert.Equal(expected.Select(key => $"k{key}"), operations.Order);
            Assert.Equal(expected.Count, operations.Seen.Count);
        }, iter: 50);

    [Fact]
    public void What_is_remembered_survives_a_snapshot()
    {
        var operations = Enumerable.Range(0, 300).Aggregate(Operations.None, (all, i) => all.Add($"k{i}", i % 2 == 0 ? null : "f"));

        var restored = Snapshot<string>.Of("state", operations, 300).Restore();

        Assert.Equal(operations.Order, restored.Order);
        Assert.Equal(operations.Seen.OrderBy(k => k.Key), restored.Seen.OrderBy(k => k.Key));
    }
}
