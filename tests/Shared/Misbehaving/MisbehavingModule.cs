namespace Appliance.Tests.Shared.Misbehaving;

/// <summary>
/// A copy of the misbehaving module with rules and a log of its own, in a folder of its own: several can be loaded into
/// one process, or be given to a server's settings. load/module/rules.h tells the rules.
/// </summary>
internal sealed class MisbehavingModule : IDisposable
{
    private readonly string _rules;

    /// <param name="folder">Made here, and removed at the end.</param>
    /// <param name="real">The module beneath.</param>
    /// <param name="ownsReal">
    /// Copies that one as well, so that C_Initialize and C_Finalize meet nobody else in the process.
    /// </param>
    public MisbehavingModule(string folder, string real, bool ownsReal = false)
    {
        Folder = Directory.CreateDirectory(folder).FullName;
        Path = System.IO.Path.Combine(Folder, "misbehave.so");
        _rules = System.IO.Path.Combine(Folder, "rules");
        File.Copy(NativeModule.Path, Path);
        if (ownsReal)
        {
            var copy = System.IO.Path.Combine(Folder, System.IO.Path.GetFileName(real));
            File.Copy(real, copy);
            real = copy;
        }

        Log = new CallLog(System.IO.Path.Combine(Folder, "calls"));
        File.WriteAllText(
            System.IO.Path.Combine(Folder, "misbehave.conf"),
            $"MISBEHAVE_MODULE = {real}\nMISBEHAVE_FILE = {_rules}\nMISBEHAVE_LOG = {Log.Path}\n");
    }

    public string Folder { get; }

    /// <summary>The shared library to load.</summary>
    public string Path { get; }

    /// <summary>Every call that it saw.</summary>
    public CallLog Log { get; }

    /// <summary>The rules from the next call on; none makes it behave. A call that hangs goes on.</summary>
    public void Rules(params ReadOnlySpan<string> lines)
    {
        var fresh = _rules + ".new";
        File.WriteAllLines(fresh, lines.ToArray());
        File.Move(fresh, _rules, overwrite: true);
    }

    public void Dispose()
    {
        Log.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
