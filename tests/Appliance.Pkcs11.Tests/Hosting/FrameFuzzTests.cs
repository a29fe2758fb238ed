using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Appliance.Pkcs11.Hosting;
using Appliance.Pkcs11.Interop;
using Appliance.Pkcs11.Sessions;
using Appliance.Pkcs11.Tests.Fakes;
using Appliance.Pkcs11.Tests.Sessions;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.Pkcs11.Tests.Hosting;

/// <summary>
/// Both ends are given what no honest other end sends: nothing throws, nothing is believed, nobody waits.
/// </summary>
public sealed class FrameFuzzTests : IDisposable
{
    private const int Rounds = 2000;

    private static readonly SignatureScheme s_ecdsa = new(SignatureKind.EcdsaDer, HashAlgorithmName.SHA256);

    private readonly FakeSlot _slot = new();
    private readonly KeyReference _key;
    private readonly Pkcs11Module _module = FakeLibrary.Load();
    private readonly Token _token;

    public FrameFuzzTests()
    {
        _key = _slot.AddKey("key");
        _token = _module.OpenToken(TokenSelector.Parse("serial:" + _slot.Serial));
    }

    [Fact]
    public void A_channel_takes_frames_or_ends()
    {
        for (var round = 0; round < 200; round++)
        {
            var (here, there) = Posix.SocketPair();
            Posix.SendAll(there, Noise(RandomNumberGenerator.GetInt32(0, 400)));
            Posix.Close(there);
            var channel = new FrameChannel(here);
            var frames = 0;
            while (channel.TryReceive(out _, out _, out var body))
            {
                Assert.InRange(body.Length, 0, FrameWriter.MaxBody);
                frames++;
            }

            Assert.InRange(frames, 0, 400 / FrameWriter.HeaderLength);
            channel.Close();
        }
    }

    [Fact]
    public void A_header_that_promises_too_much_ends_the_channel_before_anything_is_allocated()
    {
        var (here, there) = Posix.SocketPair();
        var header = new byte[FrameWriter.HeaderLength];
        BinaryPrimitives.WriteUInt32LittleEndian(header, uint.MaxValue);
        Posix.SendAll(there, header);
        var channel = new FrameChannel(here);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(channel.TryReceive(out _, out _, out _));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000);
        Assert.NotNull(channel.Fault);
        channel.Close();
        Posix.Close(there);
    }

    /// <summary>Whatever comes as an answer, the caller gets a return value, and nothing beyond its memory.</summary>
    [Fact]
    public void A_caller_gets_an_answer_whatever_comes()
    {
        for (var round = 0; round < 300; round++)
        {
            CallALiar();
        }
    }

    [Fact]
    public void A_slot_of_the_parent_takes_any_frame_and_says_whether_it_made_sense()
    {
        var (here, there) = Posix.SocketPair();
        var child = new HostChild(1, 0, here, -1, TimeProvider.System);
        using var host = ModuleHost.Attach(child, HostedHsmOptions());
        var slot = new HostedSlot(
            host, _token, 0, new SlotGroupOptions(), TimeProvider.System, NullLogger.Instance, Reports());
        FrameType[] types = [FrameType.Results, FrameType.Status];
        for (var round = 0; round < Rounds; round++)
        {
            var body = Noise(RandomNumberGenerator.GetInt32(1, 80));
            Assert.False(slot.Take(child, types[round % 2], body), Convert.ToHexString(body));
        }

        Assert.Equal(0, slot.InFlight);
        slot.Stop();
        Posix.Close(there);
        child.Kill();
        slot.Join(TimeProvider.System.GetTimestamp(), Jobs.Patience);
        child.Close();
    }

    [Fact]
    public void A_child_takes_any_call_and_answers_or_says_that_it_is_none()
    {
        var (reader, writer) = Posix.Pipe();
        Posix.Close(writer);
        var server = new CallServer(_token.Module, reader);
        var answer = new FrameWriter();
        var refused = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var body = Noise(RandomNumberGenerator.GetInt32(0, 120));
            if (body.Length > 0)
            {
                body[0] %= 30;

                // The fake library knows slots and sessions of 32 bits.
                for (var i = 5; i < body.Length; i += 1 + (i % 8 == 0 ? 4 : 0))
                {
                    body[i] = 0;
                }
            }

            refused += server.Serve(body, answer.Begin(FrameType.Return, 1)) ? 0 : 1;
            Assert.InRange(answer.BodyLength, 4, FrameWriter.MaxBody);
        }

        Assert.InRange(refused, Rounds / 10, Rounds);
        Posix.Close(reader);
    }

    [Fact]
    public void A_slot_of_the_child_takes_any_jobs_and_says_whether_they_made_sense()
    {
        var (here, there) = Posix.SocketPair();
        var channel = new FrameChannel(here);
        var drain = new Thread(() =>
        {
            var buffer = new byte[4096];
            while (Posix.Read(there, buffer) > 0)
            {
                // What the slot answers to jobs that happened to make sense.
            }
        });
        drain.Start();
        var start = new HostedSlotStart(
            _token.Info, "default", new SlotGroupOptions { Sessions = 1 }, false, IsProbedFirst: false, false);
        var asks = new LoginAsks(channel, new CallServer(_token.Module, -1));
        using (var slot = new ChildSlot(1, start, _token.Module, asks, channel, NullLogger.Instance))
        {
            Assert.True(slot.Take(ValidJobs()));
            for (var round = 0; round < Rounds; round++)
            {
                var body = ValidJobs();
                Array.Resize(ref body, RandomNumberGenerator.GetInt32(1, body.Length + 1));
                for (var i = RandomNumberGenerator.GetInt32(0, 4); i > 0; i--)
                {
                    body[RandomNumberGenerator.GetInt32(body.Length)] = (byte)RandomNumberGenerator.GetInt32(256);
                }

                _ = slot.Take(body);
                _ = slot.Take(Noise(RandomNumberGenerator.GetInt32(1, 60)));
            }
        }

        channel.Shutdown();
        Assert.True(drain.Join(Jobs.Patience));
        channel.Close();
        Posix.Close(there);
    }

    public void Dispose()
    {
        _token.Dispose();
        _module.Dispose();
        _slot.Dispose();
    }

    private static unsafe void CallALiar()
    {
        var (here, there) = Posix.SocketPair();
        var child = new HostChild(1, 0, here, -1, TimeProvider.System);
        using var host = ModuleHost.Attach(child, HostedHsmOptions());
        var receiver = new Thread(() => child.Receive((_, _, _, _) => false));
        receiver.Start();
        var liar = new Thread(() => Lie(there));
        liar.Start();
        var api = new RemoteCryptoki(host);
        var guarded = stackalloc byte[96];
        new Span<byte>(guarded, 96).Fill(0xA5);
        var room = new CULong(32);
        var session = new CULong(unchecked((nuint)((1UL << 40) | 1)));
        CULong count;
        CULong handle;
        _ = api.C_Sign(session, guarded, new CULong(4), guarded + 32, &room);
        Assert.InRange(room.Value, (nuint)0, (nuint)RemoteCall.MaxOutput);
        _ = api.C_FindObjects(session, (CULong*)(guarded + 32), new CULong(4), &count);
        var attribute = new CK_ATTRIBUTE { pValue = guarded + 32, ulValueLen = new CULong(32) };
        _ = api.C_GetAttributeValue(session, session, &attribute, new CULong(1));
        _ = api.C_OpenSession(session, session, null, null, &handle);
        _ = api.C_GetSlotList(1, null, &count);
        Assert.Equal(-1, new ReadOnlySpan<byte>(guarded, 32).IndexOfAnyExcept((byte)0xA5));
        Assert.Equal(-1, new ReadOnlySpan<byte>(guarded + 64, 32).IndexOfAnyExcept((byte)0xA5));
        child.Kill();
        Assert.True(receiver.Join(Jobs.Patience));
        Posix.Shutdown(there);
        Assert.True(liar.Join(Jobs.Patience));
        child.Close();
        Posix.Close(there);
    }

    private static ModuleHostOptions HostedHsmOptions() => new();

    private static byte[] Noise(int length) => RandomNumberGenerator.GetBytes(length);

    private static SlotReports Reports() => new((_, _) => { }, () => { });

    /// <summary>Answers each call with the right id and a body of anything.</summary>
    private static void Lie(int socket)
    {
        var channel = new FrameChannel(socket);
        var answer = new FrameWriter();
        while (channel.TryReceive(out _, out var id, out _))
        {
            answer.Begin(FrameType.Return, id);
            if (RandomNumberGenerator.GetInt32(3) > 0)
            {
                // CKR_OK, and a number that may be any.
                answer.UInt32(0).UInt64(RandomNumberGenerator.GetInt32(2) == 0 ? ulong.MaxValue >> 1 : 40);
            }

            answer.Raw(Noise(RandomNumberGenerator.GetInt32(0, 200)));
            if (!channel.TrySend(answer))
            {
                return;
            }
        }
    }

    private byte[] ValidJobs()
    {
        var frame = new FrameWriter().Begin(FrameType.Jobs, 1);
        var number = new KeyNumbers(4).Of(_key, frame);
        frame.Byte((byte)JobFrame.Hashes).UInt32(7).UInt32(number);
        SchemeNumbers.Write(frame, s_ecdsa);
        frame.Flag(false).UInt32(2).Raw(new byte[64]);
        return frame.Frame[FrameWriter.HeaderLength..].ToArray();
    }
}
