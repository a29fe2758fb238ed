using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Appliance.Benchmarks.Scale;
using Appliance.Pkcs11;
using Appliance.Signing.Provisioning;
using Appliance.Storage;

namespace Appliance.Benchmarks.Wrapped;

/// <summary>
/// A token, wrapped keys of it, and a store of many credentials that share them, with links that hold.
/// </summary>
internal sealed class WrappedScene : IDisposable
{
    private const int Sessions = 4;
    private const int InFlight = 256;
    private const int RowsPerCommit = 10_000;
    private const string WrappingLabel = "appliance key wrapping";

    private static readonly SignatureScheme s_scheme = new(SignatureKind.EcdsaPlain, HashAlgorithmName.SHA256);

    private readonly Random _random = new(1);
    private readonly byte[] _hash = RandomNumberGenerator.GetBytes(32);
    private readonly CredentialLink _link = new(RandomNumberGenerator.GetBytes(32));
    private readonly SemaphoreSlim _room = new(InFlight);
    private readonly Token _token = SoftHsmToken.Shared.Token;
    private readonly KeyReference _ofTheToken = SoftHsmToken.Shared.Key(KeyAlgorithm.EcP256);
    private readonly KeyReference _wrappingKey;
    private readonly Store _store;
    private int _next;
    private int _failed;

    public WrappedScene(string path, int credentials, int keys)
    {
        Credentials = credentials;
        var start = TimeProvider.System.GetTimestamp();
        _wrappingKey = _token.GenerateKeyWrappingKey(RandomNumberGenerator.GetBytes(16), WrappingLabel);
        Keys = [.. Enumerable.Range(0, keys).Select(MakeKey)];
        Say($"{keys} keys made and wrapped", start);
        _store = Store.Open(new StoreOptions { Path = path });
        start = TimeProvider.System.GetTimestamp();
        Fill();
        Say($"{credentials} credentials", start);
    }

    public IReadOnlyList<KeyReference> Keys { get; }

    public int Credentials { get; }

    public KeyReference OfTheToken() => _ofTheToken;

    public KeyReference EachInTurn() => Keys[_next++ % Keys.Count];

    public KeyReference AnyOf() => Keys[_random.Next(Keys.Count)];

    public SlotGroup Group(SlotDispatch dispatch, int cache) => new(
        [_token],
        new SlotGroupOptions
        {
            Sessions = Sessions,
            Dispatch = dispatch,
            WrappedOwners = 2,

            // The keys are not spread quite evenly.
            WrappedKeyCache = Math.Max(1, cache * 6 / 10),
        });

    /// <returns>Signatures a second.</returns>
    public double Sign(SlotGroup group, int count, Func<KeyReference> choose)
    {
        var keys = new KeyReference[count];
        for (var i = 0; i < count; i++)
        {
            keys[i] = choose();
        }

        return Run(group, count, number => keys[number]);
    }

    /// <summary>The same, each with a credential at random: its row is read, its link verified.</summary>
    public double SignFromStore(SlotGroup group, int count)
    {
        var numbers = Enumerable.Range(0, count).Select(_ => _random.Next(Credentials)).ToArray();
        return Run(
            group,
            count,
            number =>
            {
                var id = FillIds.Credential(numbers[number]);
                var row = _store.Read(id, static (connection, id) => connection.Credentials.Find(id))!;
                return _link.Verify(row)
                    ? new KeyReference(
                        row.KeyId, row.KeyLabel, row.PublicKey, new WrappedKey(_wrappingKey, row.WrappedKey))
                    : throw new InvalidOperationException("A link does not hold.");
            });
    }

    public void Dispose()
    {
        _store.Dispose();
        _room.Dispose();
    }

    private double Run(SlotGroup group, int count, Func<int, KeyReference> keyOf)
    {
        var start = TimeProvider.System.GetTimestamp();
        if (group.Dispatch == SlotDispatch.Inline)
        {
            OnThreads(thread => SignInline(group, count, thread, keyOf));
        }
        else
        {
            for (var number = 0; number < count; number++)
            {
                _room.Wait();
                if (!group.TryEnqueue(NewJob(keyOf(number), Finish)))
                {
                    throw new InvalidOperationException("The queue is full.");
                }
            }

            for (var i = 0; i < InFlight; i++)
            {
                _room.Wait();
            }

            _room.Release(InFlight);
        }

        return _failed == 0
            ? count / TimeProvider.System.GetElapsedTime(start).TotalSeconds
            : throw new InvalidOperationException("A signature failed.");
    }

    private void SignInline(SlotGroup group, int count, int thread, Func<int, KeyReference> keyOf)
    {
        for (var number = thread; number < count; number += Sessions)
        {
            var job = NewJob(keyOf(number), completed: null);
            group.Sign(job);
            _failed += job.Outcome == SignOutcome.Signed ? 0 : 1;
        }
    }

    private SignJob NewJob(KeyReference key, Action<SignJob>? completed)
        => new() { Key = key, Scheme = s_scheme, Hashes = [_hash], Completed = completed };

    private void Finish(SignJob job)
    {
        _failed += job.Outcome == SignOutcome.Signed ? 0 : 1;
        _room.Release();
    }

    private static void OnThreads(Action<int> work)
    {
        var threads = Enumerable.Range(0, Sessions).Select(number => new Thread(() => work(number))).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
    }

    private KeyReference MakeKey(int number)
    {
        var label = string.Create(CultureInfo.InvariantCulture, $"appliance credential {number}");
        var id = Encoding.ASCII.GetBytes(label);
        var made = _token.GenerateWrappedKeyPair(KeyAlgorithm.EcP256, id, label, _wrappingKey);
        return new KeyReference(id, label, made.SubjectPublicKeyInfo, made.PrivateKey);
    }

    private void Fill()
    {
        var writer = _store.Writer;
        for (var first = 0; first < Credentials; first += RowsPerCommit)
        {
            writer.Begin();
            for (var number = first; number < Math.Min(Credentials, first + RowsPerCommit); number++)
            {
                StoreFill.AddCredential(writer, number, Row);
            }

            writer.Commit();
        }
    }

    private CredentialRow Row(CredentialRow made, int number)
    {
        var key = Keys[number % Keys.Count];
        var row = made with
        {
            KeyId = key.Id.ToArray(),
            KeyLabel = key.Label,
            KeyAlgorithm = (int)KeyAlgorithm.EcP256,
            PublicKey = key.SubjectPublicKeyInfo.ToArray(),
            WrappingKeyId = _wrappingKey.Id.ToArray(),
            WrappedKey = key.Wrapped!.Blob.ToArray(),
        };
        return row with { LinkMac = _link.Compute(row) };
    }

    private static void Say(string what, long start) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{what} in {TimeProvider.System.GetElapsedTime(start).TotalSeconds:F0} s"));
}
