using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;
using Appliance.Server.Admin;
using Appliance.Server.Admin.Wire;
using Appliance.Server.Commands;

namespace Appliance.Server.Tests.Admin;

/// <summary>What comes over the socket, good and bad, and the file that it is.</summary>
[SupportedOSPlatform("linux")]
public sealed class AdminSocketTests : IAsyncLifetime
{
    private const string List = """{"version":1,"arguments":["credential","list"]}""";

    /// <summary>Bytes that no client sends.</summary>
    private static readonly (string Name, byte[] Bytes)[] s_hostile =
    [
        ("http", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray()),
        ("longest frame", [1, 0xff, 0xff, 0xff, 0xff]),
        ("one byte too many", [1, 0, 1, 0, 1, .. new byte[65_537]]),
        ("no kind", [99, 0, 0, 0, 0]),
        ("an answer first", Bytes(FrameKind.Content, "x")),
        ("cancel first", Bytes(FrameKind.Cancel, "")),
        ("a server's frame", Bytes(FrameKind.Exit, "")),
        ("no json", Bytes(FrameKind.Request, "{")),
        ("null", Bytes(FrameKind.Request, "null")),
        ("nothing in it", Bytes(FrameKind.Request, "{}")),
        ("null arguments", Bytes(FrameKind.Request, """{"version":1,"arguments":null}""")),
        ("null among the arguments", Bytes(FrameKind.Request, """{"version":1,"arguments":["audit",null]}""")),
        ("deep", Bytes(FrameKind.Request, new string('[', 30_000))),
        ("half a header", [1, 0]),
        ("half a frame", [1, 0, 0, 0, 9, 1]),
        ("another release", Bytes(FrameKind.Request, """{"version":2,"arguments":["credential","list"]}""")),
        ("serve", Bytes(FrameKind.Request, """{"version":1,"arguments":["serve"]}""")),
        ("doctor", Bytes(FrameKind.Request, """{"version":1,"arguments":["doctor"]}""")),
        ("help", Bytes(FrameKind.Request, """{"version":1,"arguments":["credential","list","--help"]}""")),
        ("a directive", Bytes(FrameKind.Request, """{"version":1,"arguments":["[diagram]","credential","list"]}""")),
        ("a file of arguments", Bytes(FrameKind.Request, """{"version":1,"arguments":["@/etc/passwd"]}""")),
        ("an answer unasked", [.. Bytes(FrameKind.Request, List), .. Bytes(FrameKind.Content, "x")]),
        ("two commands", [.. Bytes(FrameKind.Request, List), .. Bytes(FrameKind.Request, List)]),
    ];

    private readonly CommandServer _server = new();

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Hostile_bytes_end_their_own_connection_and_nothing_else()
    {
        foreach (var (name, bytes) in s_hostile)
        {
            var answer = await SendAsync(bytes);

            Assert.False(answer.Contains("root:", StringComparison.Ordinal), name + answer);
            Assert.False(answer.Contains("   at ", StringComparison.Ordinal), name + answer);
            Assert.False(_server.Log.Contains("nobody expected"), name);
        }

        (await _server.RunAsync("credential list")).Succeeded();
        Assert.True(_server.Log.Contains("first frame is no command"));
        Assert.True(_server.Log.Contains("is not expected"));
        Assert.True(_server.Log.Contains("what it was not asked"));
    }

    [Fact]
    public async Task One_user_cannot_keep_the_others_out()
    {
        var mine = _server.Peer;
        _server.Peer = new OsUser(70_000, "idler");
        var idle = new List<Socket>();
        for (var i = 0; i < AdminServer.MostCommandsOfOne; i++)
        {
            idle.Add(await ConnectAsync());
        }

        (await _server.RunAsync("credential list")).Failed("as many commands as it may");
        _server.Peer = mine;
        (await _server.RunAsync("credential list")).Succeeded();
        idle.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public async Task Two_commands_run_beside_each_other()
    {
        using var first = new HeldInput();
        var adding = _server.Installation.RunAsync(
            ["signer", "add", "--user", "ana", "--name", "Ana"], first, TestContext.Current.CancellationToken);
        await first.Asked;

        (await _server.RunAsync("signer add --user mihai --name Mihai", "a long enough password")).Succeeded();
        first.Type("another long password");

        (await adding).Succeeded();
        Assert.False(_server.Log.Contains("another long password"));
    }

    [Fact]
    public async Task A_stop_ends_a_command_that_waits_for_its_caller()
    {
        using var input = new HeldInput();
        var adding = _server.Installation.RunAsync(
            ["signer", "add", "--user", "ana", "--name", "Ana"], input, TestContext.Current.CancellationToken);
        await input.Asked;

        await _server.StopAsync();
        input.Type("another long password");

        (await adding).Failed("undone");
        Assert.False(File.Exists(_server.SocketPath));
    }

    [Fact]
    public async Task Who_gives_up_or_goes_leaves_nothing_behind()
    {
        using var input = new HeldInput();
        using var given = new CancellationTokenSource();
        var adding = _server.Installation.RunAsync(
            ["signer", "add", "--user", "ana", "--name", "Ana"], input, given.Token);
        await input.Asked;
        await given.CancelAsync();
        input.Type("another long password");
        (await adding).Failed("undone");

        using (var gone = await ConnectAsync())
        {
            await gone.SendAsync(
                Bytes(FrameKind.Request, """{"version":1,"arguments":["signer","add","--user","ana","--name","A"]}"""));
            var question = new byte[10];
            Assert.NotEqual(0, await gone.ReceiveAsync(question, TestContext.Current.CancellationToken));
        }

        (await _server.RunAsync("factor enrol --user ana")).Failed("There is no signer");
    }

    [Fact]
    public async Task A_server_gets_no_file_that_the_command_line_does_not_name()
    {
        await _server.StopAsync();
        using var file = AdminSocketFile.Listen(_server.SocketPath, group: null);
        var running = _server.RunAsync("credential list");
        using var frames = new FrameStream(
            await file.Socket.AcceptAsync(TestContext.Current.CancellationToken));
        frames.Write(FrameKind.ReadFile, """{"path":"/etc/passwd","limit":100000}""");

        (await running).Failed("does not name");
        Assert.Equal(
            FrameKind.Request,
            (await frames.ReadAsync(static _ => 65_536, TestContext.Current.CancellationToken))!.Value.Kind);
        Assert.Null(await frames.ReadAsync(static _ => 65_536, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(true, "whether it was done")]
    [InlineData(false, "nothing was done")]
    public async Task A_server_that_dies_leaves_no_doubt_that_is_not_told(bool accepted, string because)
    {
        await _server.StopAsync();
        using var file = AdminSocketFile.Listen(_server.SocketPath, group: null);
        var running = _server.RunAsync("credential list");
        using (var frames = new FrameStream(await file.Socket.AcceptAsync(TestContext.Current.CancellationToken)))
        {
            if (accepted)
            {
                frames.Write(FrameKind.Accepted, []);
            }
        }

        (await running).Failed(because);
    }

    [Fact]
    public async Task A_socket_that_was_left_behind_is_replaced_and_one_in_use_is_not()
    {
        Assert.Throws<CommandException>(() => AdminSocketFile.Listen(_server.SocketPath, group: null));
        await _server.StopAsync();
        using (var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            var elsewhere = _server.SocketPath + "2";
            left.Bind(new UnixDomainSocketEndPoint(elsewhere));
            File.Move(elsewhere, _server.SocketPath);
        }

        // Nobody listens there: a command does not stumble over it.
        Assert.True(File.Exists(_server.SocketPath));
        (await _server.RunAsync("status")).Failed("No server answers");
        using (AdminSocketFile.Listen(_server.SocketPath, group: null))
        {
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_server.SocketPath));
        }

        Assert.False(File.Exists(_server.SocketPath));
        await File.WriteAllTextAsync(_server.SocketPath, "mine", TestContext.Current.CancellationToken);
        var refused = Assert.Throws<CommandException>(() => AdminSocketFile.Listen(_server.SocketPath, group: null));
        Assert.Contains("is no socket", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_anybody_may_write_into_is_refused()
    {
        var open = Directory.CreateDirectory(_server.Installation.PathOf("open")).FullName;
        File.SetUnixFileMode(
            open, File.GetUnixFileMode(open) | UnixFileMode.OtherWrite | UnixFileMode.StickyBit);

        var refused = Assert.Throws<CommandException>(
            () => AdminSocketFile.Listen(Path.Combine(open, "admin"), group: null));

        Assert.Contains("Anybody may write", refused.Message, StringComparison.Ordinal);
        Assert.Contains(
            "There is no group",
            Assert.Throws<CommandException>(
                () => AdminSocketFile.Listen(_server.Installation.PathOf("other"), "no-such-group")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Users_are_known_by_uid_and_name()
    {
        Assert.Equal("root", OsUsers.Find(0).Name);
        Assert.Equal(0u, OsUsers.IdOf("root"));
        Assert.Equal("#3999999999", OsUsers.Find(3_999_999_999).Name);
        Assert.Equal(3_999_999_999, OsUsers.IdOf("#3999999999"));
        Assert.Null(OsUsers.IdOf("#0"));
        Assert.Null(OsUsers.IdOf("no-such-user"));
        Assert.Equal(0u, OsUsers.GroupIdOf("root"));
    }

    private static byte[] Bytes(FrameKind kind, string payload)
    {
        var body = Encoding.UTF8.GetBytes(payload);
        var frame = new byte[5 + body.Length];
        frame[0] = (byte)kind;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), body.Length);
        body.CopyTo(frame, 5);
        return frame;
    }

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(
            new UnixDomainSocketEndPoint(_server.SocketPath), TestContext.Current.CancellationToken);
        return socket;
    }

    /// <summary>All that comes back until the server closes.</summary>
    private async Task<string> SendAsync(byte[] bytes)
    {
        using var socket = await ConnectAsync();
        var answer = new StringBuilder();
        try
        {
            await socket.SendAsync(bytes, TestContext.Current.CancellationToken);
            socket.Shutdown(SocketShutdown.Send);
            var buffer = new byte[65_536];
            while (await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken) is var got && got > 0)
            {
                answer.Append(Encoding.UTF8.GetString(buffer, 0, got));
            }
        }
        catch (SocketException)
        {
            // Closed with bytes unread: a reset, on either side.
        }

        return answer.ToString();
    }
}
