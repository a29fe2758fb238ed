using System.Text.Json;
using Appliance.Pkcs11.Modules;
using Microsoft.Extensions.Logging;

namespace Appliance.Pkcs11.Hosting;

/// <summary>
/// A slot in the process that hosts its module: a group of one with sessions, cache, keeper and verification, fed by
/// frames.
/// </summary>
internal sealed class ChildSlot : IDisposable
{
    /// <summary>The parent ends this process before this group gives a call up.</summary>
    private const int CallLimitFactor = 4;
    private const int MaxKeys = 1 << 20;
    private const int MaxName = 1024;

    private readonly uint _number;
    private readonly FrameChannel _channel;
    private readonly Token _token;
    private readonly SlotGroup _group;
    private readonly ResultSender _results;
    private readonly SchemeNumbers _schemes = new();
    private readonly Dictionary<uint, KeyReference> _keys = [];
    private readonly List<SignJob> _batch = [];
    private SlotStatus? _told;

    public ChildSlot(
        uint number, HostedSlotStart start, LoadedModule module, LoginAsks asks, FrameChannel channel, ILogger logger)
    {
        _number = number;
        _channel = channel;
        _results = new ResultSender(channel, number);
        _token = new Token(
            module,
            start.Token,
            new AskedLogin(module, start.Token, number, start.WantsLogin, asks),
            VendorProfile.Find(start.Profile));
        var options = start.Options with
        {
            Dispatch = SlotDispatch.Workers,
            IsPart = true,
            CallLimit = start.Options.CallLimit * CallLimitFactor,
        };
        _group = new SlotGroup([_token], options, TimeProvider.System, logger);
        if (start.IsDraining || start.IsProbedFirst)
        {
            _group.SetDraining(0, draining: true);
            _group.SetDraining(0, start.IsDraining);
        }
    }

    /// <summary>Keys and hashes. Never waits.</summary>
    /// <returns>False when they make no sense.</returns>
    public bool Take(ReadOnlySpan<byte> body)
    {
        var reader = new FrameReader(body);
        _batch.Clear();
        while (reader.Left > 0 && !reader.IsBad)
        {
            switch ((JobFrame)reader.Byte())
            {
                case JobFrame.Key:
                    TakeKey(ref reader);
                    break;
                case JobFrame.ForgetKeys:
                    _keys.Clear();
                    break;
                case JobFrame.Hashes:
                    TakeHashes(ref reader);
                    break;
                default:
                    return false;
            }
        }

        if (reader.IsBad)
        {
            return false;
        }

        var jobs = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_batch);
        foreach (var refused in jobs[_group.TryEnqueue(jobs)..])
        {
            Done(refused);
        }

        return true;
    }

    public void SetDraining(bool draining) => _group.SetDraining(0, draining);

    /// <summary>Tells the status when it differs from what was told, or when it is time.</summary>
    public void Tell(FrameWriter frame, bool isDue)
    {
        var status = _group.Slots[0];
        var isSame = _told is { } told
            && told.State == status.State
            && told.Generation == status.Generation
            && told.SessionLimit == status.SessionLimit
            && told.Hanging == status.Hanging;
        if (!isSame || isDue)
        {
            _told = status;
            frame.Begin(FrameType.Status, _number)
                .Raw(JsonSerializer.SerializeToUtf8Bytes(status, HostingJson.Default.SlotStatus));
            _ = _channel.TrySend(frame);
        }
    }

    public void Dispose()
    {
        _group.Dispose();
        _token.Dispose();
    }

    private void TakeKey(ref FrameReader reader)
    {
        var number = reader.UInt32();
        var id = reader.Bytes(KeyReference.MaxIdLength);
        var label = reader.Text(MaxName);
        var publicKey = reader.Bytes();
        var isWrapped = reader.Flag();
        var wrapperId = isWrapped ? reader.Bytes(KeyReference.MaxIdLength) : default;
        var wrapperLabel = isWrapped ? reader.Text(MaxName) : "";
        var blob = isWrapped ? reader.Bytes(WrappedKey.MaxLength) : default;
        if (reader.IsBad || _keys.Count >= MaxKeys)
        {
            reader.Refuse();
            return;
        }

        try
        {
            _keys[number] = isWrapped
                ? new KeyReference(
                    id, label, publicKey, new WrappedKey(new KeyReference(wrapperId, wrapperLabel), blob))
                : new KeyReference(id, label, publicKey);
        }
        catch (ArgumentException)
        {
            reader.Refuse();
        }
    }

    private void TakeHashes(ref FrameReader reader)
    {
        var number = reader.UInt32();
        var known = _keys.TryGetValue(reader.UInt32(), out var key);
        var scheme = _schemes.Read(ref reader);
        var isBulk = reader.Flag();
        var count = reader.UInt32();
        if (!known || scheme?.Fits(key!) != true || count == 0 || count > reader.Left / scheme.HashLength)
        {
            reader.Refuse();
            return;
        }

        var hashes = new byte[count][];
        for (var i = 0; i < hashes.Length; i++)
        {
            hashes[i] = reader.Raw(scheme.HashLength).ToArray();
        }

        _batch.Add(new SignJob
        {
            Key = key!,
            Scheme = scheme,
            Hashes = hashes,
            IsBulk = isBulk,
            State = number,
            Completed = Done,
        });
    }

    private void Done(SignJob job) => _results.Add((uint)job.State!, job);
}
