using System.Security.Cryptography;
using Appliance.Pkcs11.Sessions;

namespace Appliance.Pkcs11.Tests.Sessions;

public sealed class FairLaneTests
{
    private static readonly Guid s_flooder = Guid.NewGuid();

    [Fact]
    public void One_client_is_served_in_its_order()
    {
        var lane = new FairLane(4);
        var jobs = Enumerable.Range(0, 20).Select(i => Job(s_flooder, 1 + (i % 16))).ToArray();
        foreach (var job in jobs)
        {
            lane.Enqueue(job);
        }

        Assert.Equal(jobs, Enumerable.Range(0, 20).Select(_ => lane.Dequeue()));
        Assert.Equal(0, lane.Count);
        Assert.False(lane.TryDequeue(out _));
    }

    [Fact]
    public void A_burst_delays_others_by_a_turn_only()
    {
        var lane = new FairLane(4);
        for (var i = 0; i < 1_000; i++)
        {
            lane.Enqueue(Job(s_flooder, 1));
        }

        var other = Guid.NewGuid();
        lane.Enqueue(Job(other, 1));
        lane.Enqueue(Job(other, 1));
        var order = Enumerable.Range(0, 12).Select(_ => lane.Dequeue().Client).ToList();

        Assert.InRange(order.IndexOf(other), 0, 4);
        Assert.InRange(order.LastIndexOf(other), 1, 5);
    }

    [Fact]
    public void Turns_count_signatures_and_not_jobs()
    {
        var lane = new FairLane(4);
        var many = Guid.NewGuid();
        for (var i = 0; i < 200; i++)
        {
            lane.Enqueue(Job(s_flooder, 1));
            lane.Enqueue(Job(many, 16));
        }

        var taken = Enumerable.Range(0, 170).Select(_ => lane.Dequeue()).ToArray();

        var ones = taken.Where(job => job.Client == s_flooder).Sum(job => job.Hashes.Count);
        var sixteens = taken.Where(job => job.Client == many).Sum(job => job.Hashes.Count);
        Assert.InRange(sixteens, ones - 20, ones + 20);
    }

    [Fact]
    public void Nobody_saves_up_turns_or_is_left_behind()
    {
        var lane = new FairLane(4);
        var random = new Queue<int>(Enumerable.Range(0, 5_000).Select(i => i * 7_919 % 97));
        var clients = Enumerable.Range(0, 10).Select(_ => Guid.NewGuid()).ToArray();
        var waiting = 0;
        while (random.TryDequeue(out var number))
        {
            if (number % 3 > 0)
            {
                lane.Enqueue(Job(clients[number % clients.Length], 1 + (number % 16)));
                waiting++;
            }
            else if (waiting > 0)
            {
                lane.Dequeue();
                waiting--;
            }

            Assert.Equal(waiting, lane.Count);
        }

        while (lane.TryDequeue(out _))
        {
            waiting--;
        }

        Assert.Equal(0, waiting);
    }

    private static SignJob Job(Guid client, int hashes) => new()
    {
        Key = null!,
        Scheme = new SignatureScheme(SignatureKind.EcdsaDer, HashAlgorithmName.SHA256),
        Hashes = new byte[hashes][],
        Client = client,
    };
}
