using System.IO.MemoryMappedFiles;
using System.Text;

namespace Appliance.Crash.Tests.Witness;

/// <summary>
/// The file into which load/module/witness.c puts every C_Sign, laid out as that file says. It is mapped by the
/// server as well: what stands in it survives the server's end, whatever that is.
/// </summary>
internal sealed class WitnessFile : IDisposable
{
    private const int Page = 4096;
    private const int RecordLength = 256;
    private const int MostBytes = 192;
    private const int CapacityAt = 8;
    private const int TakenAt = 16;
    private const int SeedAt = 24;
    private const int BeforeAt = 32;
    private const int AfterAt = 36;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly long _capacity;

    public WitnessFile(string path, long capacity)
    {
        Path = path;
        _capacity = capacity;
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.CreateNew, null, Page + (capacity * RecordLength));
        _view = _file.CreateViewAccessor();
        _view.WriteArray(0, Encoding.ASCII.GetBytes("WITNESS1"), 0, 8);
        _view.Write(CapacityAt, capacity);
    }

    public string Path { get; }

    /// <summary>Seed and longest delays of what is signed from now on.</summary>
    public void SetDelays(long seed, TimeSpan before, TimeSpan after)
    {
        _view.Write(SeedAt, seed);
        _view.Write(BeforeAt, (uint)before.TotalMicroseconds);
        _view.Write(AfterAt, (uint)after.TotalMicroseconds);
    }

    /// <summary>
    /// The records from a number on; no process may be writing. One that was being written when its process died is
    /// left out.
    /// </summary>
    /// <param name="from">The first number.</param>
    /// <param name="taken">The number of the next record.</param>
    /// <param name="torn">How many were left out.</param>
    public List<WitnessRecord> Read(long from, out long taken, out int torn)
    {
        taken = _view.ReadInt64(TakenAt);
        Assert.True(taken <= _capacity, $"The witness had room for {_capacity} records and was given {taken}.");
        var records = new List<WitnessRecord>();
        torn = 0;
        for (var number = from; number < taken; number++)
        {
            var at = Page + (number * RecordLength);
            if (_view.ReadInt64(at + 248) != number + 1)
            {
                torn++;
                continue;
            }

            var length = _view.ReadInt32(at + 48);
            var bytes = new byte[Math.Min(length, MostBytes)];
            _view.ReadArray(at + 56, bytes, 0, bytes.Length);
            records.Add(new WitnessRecord(
                number,
                _view.ReadInt32(at + 24) == 1,
                _view.ReadInt64(at + 16),
                _view.ReadInt64(at + 32),
                _view.ReadInt32(at + 52) != 0,
                bytes));
        }

        return records;
    }

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }
}
