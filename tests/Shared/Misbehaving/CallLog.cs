using System.IO.MemoryMappedFiles;
using System.Text;

namespace Appliance.Tests.Shared.Misbehaving;

/// <summary>
/// The ring into which the misbehaving module puts every call, laid out as load/module/log.c says. It may be read while
/// processes write it.
/// </summary>
internal sealed class CallLog : IDisposable
{
    private const int Page = 4096;
    private const int RecordLength = 64;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(2);

    private static readonly string[] s_names = ReadNames();

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly long _capacity;

    /// <param name="path">The file, made here.</param>
    /// <param name="capacity">Calls after which the oldest are overwritten.</param>
    public CallLog(string path, long capacity = 65_536)
    {
        Path = path;
        _capacity = capacity;
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.CreateNew, null, Page + (capacity * RecordLength));
        _view = _file.CreateViewAccessor();
        _view.WriteArray(0, Encoding.ASCII.GetBytes("CALLLOG1"), 0, 8);
        _view.Write(8, capacity);
    }

    public string Path { get; }

    /// <summary>The number of the next call: what is read from there on has come since.</summary>
    public long Next => _view.ReadInt64(16);

    /// <summary>Lines of the rules that were not understood.</summary>
    public int BrokenLines => _view.ReadInt32(40);

    /// <summary>The calls from a number on, without those that are overwritten or just coming in.</summary>
    public List<SeenCall> Since(long from)
    {
        var next = Next;
        var calls = new List<SeenCall>();
        for (var number = Math.Max(from, next - _capacity); number < next; number++)
        {
            var at = Page + (number % _capacity * RecordLength);
            if (_view.ReadInt64(at) != number + 1)
            {
                continue;
            }

            var call = new SeenCall(
                number,
                s_names[_view.ReadInt32(at + 24)],
                _view.ReadUInt64(at + 32),
                _view.ReadUInt64(at + 40),
                _view.ReadInt32(at + 28) == 0,
                (uint)_view.ReadUInt64(at + 48),
                _view.ReadInt32(at + 60),
                _view.ReadInt32(at + 16),
                _view.ReadInt32(at + 20),
                TimeSpan.FromMicroseconds(_view.ReadUInt64(at + 8) / 1000),
                TimeSpan.FromMicroseconds(_view.ReadUInt32(at + 56)));
            if (_view.ReadInt64(at) == number + 1)
            {
                calls.Add(call);
            }
        }

        return calls;
    }

    /// <summary>Waits until the calls from a number on are as wanted.</summary>
    /// <exception cref="TimeoutException">They never were; it tells what they are.</exception>
    public async Task<List<SeenCall>> UntilAsync(
        long from, Func<List<SeenCall>, bool> condition, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(s_look);
        var start = TimeProvider.System.GetTimestamp();
        var calls = Since(from);
        while (!condition(calls))
        {
            if (TimeProvider.System.GetElapsedTime(start) > s_patience)
            {
                throw new TimeoutException("The module saw other calls: " + string.Join(", ", calls.TakeLast(40)));
            }

            await timer.WaitForNextTickAsync(cancellationToken);
            calls = Since(from);
        }

        return calls;
    }

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }

    /// <summary>CK_FUNCTION_LIST's order (PKCS#11 v2.40, pkcs11f.h).</summary>
    private static string[] ReadNames()
    {
        const string Names =
            """
            Initialize Finalize GetInfo GetFunctionList GetSlotList GetSlotInfo GetTokenInfo GetMechanismList
            GetMechanismInfo InitToken InitPIN SetPIN OpenSession CloseSession CloseAllSessions GetSessionInfo
            GetOperationState SetOperationState Login Logout CreateObject CopyObject DestroyObject GetObjectSize
            GetAttributeValue SetAttributeValue FindObjectsInit FindObjects FindObjectsFinal EncryptInit Encrypt
            EncryptUpdate EncryptFinal DecryptInit Decrypt DecryptUpdate DecryptFinal DigestInit Digest DigestUpdate
            DigestKey DigestFinal SignInit Sign SignUpdate SignFinal SignRecoverInit SignRecover VerifyInit Verify
            VerifyUpdate VerifyFinal VerifyRecoverInit VerifyRecover DigestEncryptUpdate DecryptDigestUpdate
            SignEncryptUpdate DecryptVerifyUpdate GenerateKey GenerateKeyPair WrapKey UnwrapKey DeriveKey SeedRandom
            GenerateRandom GetFunctionStatus CancelFunction WaitForSlotEvent
            """;
        return [.. Names.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(name => "C_" + name)];
    }
}
