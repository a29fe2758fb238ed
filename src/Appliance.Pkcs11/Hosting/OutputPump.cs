using System.Text;
using Appliance.Pkcs11.Interop;
using Microsoft.Extensions.Logging;

namespace Appliance.Pkcs11.Hosting;

/// <summary>
/// What a native library prints, as lines of the log: cut, cleaned of control characters, and not too many. It reads on
/// whatever it drops, since a library whose pipe is full would hang.
/// </summary>
internal static class OutputPump
{
    private const int MaxLine = 500;

    public static void Run(int pipe, string module, TimeProvider time, ILogger logger)
    {
        var limit = new LineLimit(time);
        var buffer = new byte[4096];
        var line = new List<byte>(MaxLine);
        int count;
        while ((count = Posix.Read(pipe, buffer)) > 0)
        {
            foreach (var value in buffer.AsSpan(0, count))
            {
                if (value == (byte)'\n')
                {
                    Write(line, module, limit, logger);
                }
                else if (line.Count < MaxLine)
                {
                    line.Add(value);
                }
            }
        }

        Write(line, module, limit, logger);
        Posix.Close(pipe);
    }

    /// <summary>Text from outside, on one line.</summary>
    public static string Clean(ReadOnlySpan<byte> text)
        => string.Create(
            Encoding.UTF8.GetCharCount(text),
            text,
            static (target, source) =>
            {
                Encoding.UTF8.GetChars(source, target);
                foreach (ref var character in target)
                {
                    character = char.IsControl(character) ? ' ' : character;
                }
            });

    private static void Write(List<byte> line, string module, LineLimit limit, ILogger logger)
    {
        var text = Clean(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(line)).Trim();
        line.Clear();
        if (text.Length > 0 && limit.MayPass(out var dropped))
        {
            if (dropped > 0)
            {
                HostLog.LinesDropped(logger, module, dropped);
            }

            HostLog.Printed(logger, module, text);
        }
    }
}
