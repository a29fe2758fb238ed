using System.Globalization;

namespace Appliance.Pkcs11.Tests;

public sealed class LockedMemoryTests
{
    [Fact]
    public unsafe void Pages_are_locked_kept_out_of_core_dumps_and_the_callers_alone()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Reads /proc/self/smaps.");
        using var memory = LockedMemory.Allocate(32);
        using var pin = memory.Pin();
        var flags = FlagsOf((ulong)pin.Pointer);
        Assert.Contains("dd", flags, StringComparer.Ordinal);
        Assert.Equal(memory.IsLocked, flags.Contains("lo", StringComparer.Ordinal));
        Assert.True(memory.IsLocked);
        Assert.Equal(0UL, (ulong)pin.Pointer % (ulong)Environment.SystemPageSize);
    }

    [Fact]
    public void Contents_are_copied_in_and_unreachable_after_disposal()
    {
        var memory = LockedMemory.CopyOf("root key"u8);
        Assert.Equal("root key"u8.ToArray(), memory.GetSpan().ToArray());
        Assert.Equal("root key"u8.ToArray(), memory.Memory.ToArray());
        memory.Dispose();
        memory.Dispose();
        Assert.Throws<ObjectDisposedException>(() => memory.GetSpan().Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1_048_577)]
    public void Lengths_have_limits(int length)
        => Assert.Throws<ArgumentOutOfRangeException>(() => LockedMemory.Allocate(length));

    private static string[] FlagsOf(ulong address)
    {
        var inside = false;
        foreach (var line in File.ReadLines("/proc/self/smaps"))
        {
            var range = line.Split(' ')[0].Split('-');
            if (range.Length == 2 && TryHex(range[0], out var from) && TryHex(range[1], out var to))
            {
                inside = address >= from && address < to;
            }
            else if (inside && line.StartsWith("VmFlags:", StringComparison.Ordinal))
            {
                return line["VmFlags:".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            }
        }

        return [];
    }

    private static bool TryHex(string text, out ulong value)
        => ulong.TryParse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out value);
}
